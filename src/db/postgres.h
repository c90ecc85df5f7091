// PostgreSQL by libpq, which is opened at first use.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "db/sql.h"

namespace boltseal::db {

struct PostgresOptions {
  /// As libpq takes it: a URL or "key=value ..."; several hosts for fail-over. sslmode is "require" unless it
  /// is given here or in PGSSLMODE. Never logged.
  std::string conninfo;
  std::chrono::milliseconds connect_timeout{5'000};     ///< of each host
  std::chrono::milliseconds statement_timeout{10'000};  ///< of each statement, at both ends
};

/// io_error: libpq is not installed. bad_config: the conninfo cannot be read. unreachable, unauthorized,
/// tls_failed, timed_out. With several hosts and no target_session_attrs: a primary (read-write).
Result<std::unique_ptr<Session>> connect_postgres(const PostgresOptions& options);

}  // namespace boltseal::db
