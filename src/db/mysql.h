// MySQL and MariaDB by libmariadb, which is opened at first use.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "db/sql.h"

namespace boltseal::db {

struct MysqlOptions {
  /// As Go's driver takes it, since notary's configurations hold it:
  /// user:password@tcp(host:port)/database?parseTime=True&tls=... (also unix(/path)). Never logged.
  std::string dsn;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds statement_timeout{10'000};
};

/// io_error: libmariadb is not installed. bad_config: the DSN cannot be read, or has a parameter that changes
/// what the connection does and that we do not know. unreachable, unauthorized, tls_failed, timed_out.
Result<std::unique_ptr<Session>> connect_mysql(const MysqlOptions& options);

}  // namespace boltseal::db
