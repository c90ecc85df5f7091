// links: server
// An htpasswd file, and the text of a scope behind a NUL: never a crash; a file that is taken has users, none
// of whom has the empty name.
#include <cstdint>
#include <cstdlib>

#include "server/auth/access.h"
#include "server/auth/htpasswd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t nul = text.find('\0');
  const auto file = Htpasswd::parse(text.substr(0, nul));
  if (file && (file->size() == 0 || file->has(""))) std::abort();
  if (nul == std::string_view::npos) return 0;
  const auto grant = parse_grant(text.substr(nul + 1));
  if (grant && (grant->actions == 0 || grant->type.empty() || grant->name.empty())) std::abort();
  return 0;
}
