// PostgreSQL's LISTEN: notices that other sessions send with pg_notify().
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/postgres.h"

namespace boltseal::db {

/// A connection that does nothing but listen. Used by one thread at a time. After an error it is of no more
/// use.
class PostgresListener {
 public:
  virtual ~PostgresListener() = default;
  /// Payloads that have come, waiting for the first at most so long. Errors as Session's.
  virtual Result<std::vector<std::string>> wait(std::chrono::milliseconds timeout) = 0;
  /// Asks the server for a sign of life. The payloads hold all that was committed before the call, together
  /// with what wait() has given.
  virtual Result<std::vector<std::string>> ping() = 0;
};

/// `channel` is a plain lower-case name. The statement timeout is that of ping(). Errors of
/// connect_postgres().
Result<std::unique_ptr<PostgresListener>> listen_postgres(const PostgresOptions& options,
                                                          const std::string& channel);

}  // namespace boltseal::db
