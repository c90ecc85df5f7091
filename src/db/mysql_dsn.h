// Data source names of Go's MySQL driver (go-sql-driver), which notary's configurations hold:
//   user[:password]@[tcp[(host[:port])] | unix(/path)]/database[?name=value&...]
// Split as that driver does: at the last '/', before it at the last '@', user and password at the first ':'.
// User, password and address are taken as they stand; database and parameters may be percent-encoded.
//
// A parameter that only concerns the Go driver is checked and has no effect here; one that would make the
// connection another than ours (time zone, charset, a registered TLS name, unknown system variables) is
// refused. Boltseal's own: tls=custom with tls-ca, tls-cert, tls-key (percent-encoded paths of PEM files).
// No error shows text of the name but the names of parameters that are known.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boltseal::db {

struct MysqlDsn {
  /// preferred: encrypted if the server can, not verified; unverified: encrypted or no connection; verified:
  /// also the certificate and the host's name.
  enum class Tls : std::uint8_t { off, preferred, unverified, verified };

  std::string user;
  std::string password;  ///< never shown
  std::string host;      ///< empty: by `socket`
  std::uint16_t port = 3306;
  std::string socket;
  std::string database;
  Tls tls = Tls::off;
  std::string tls_ca, tls_cert, tls_key;  ///< files; no CA: the system's
  bool native_password = true;            ///< mysql_native_password may be used
  bool cleartext_password = false;        ///< the server may be given the password itself
  bool compress = false;
  std::optional<std::chrono::milliseconds> timeout, read_timeout, write_timeout;  ///< above 0
  std::vector<std::pair<std::string, std::string>> settings;  ///< session variables, values are numbers
};

/// bad_config.
Result<MysqlDsn> parse_mysql_dsn(std::string_view text);

}  // namespace boltseal::db
