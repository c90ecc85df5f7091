// links: db
// Addresses of MySQL databases: what is taken holds nothing that the connection could read otherwise, and no
// error shows the password.
#include <cstdlib>
#include <string>

#include "db/mysql_dsn.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using boltseal::db::parse_mysql_dsn;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto dsn = parse_mysql_dsn(text)) {
    if (dsn->user.empty() || dsn->database.empty() || dsn->port == 0) std::abort();
    if (dsn->host.empty() == dsn->socket.empty()) std::abort();
    if (dsn->host.find_first_of(",;=/ '") != std::string::npos) std::abort();
    for (const auto& [name, value] : dsn->settings) {
      if (value.empty() || value.find_first_not_of("0123456789") != std::string::npos) std::abort();
    }
  }
  // The same as a password: whatever stands there must not come back.
  const std::string hidden = "~hush~" + std::string(text.substr(0, 100));
  if (const auto bad = parse_mysql_dsn("u:" + hidden + "@tcp(h)/d?nothing=1"); !bad) {
    const std::string shown = bad.error().what() + bad.error().hint();
    if (shown.find("~hush~") != std::string::npos) std::abort();
  }
  return 0;
}
