// One connection to PostgreSQL. For .cc files of this room alone.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/postgres.h"
#include "db/postgres_api.h"
#include "db/sql.h"

namespace boltseal::db {

/// A session on a connection that is up. Each statement has a deadline at the server (which leaves the
/// session usable) and, a little later, one here (which does not: the server may be gone).
class PostgresSession final : public Session {
 public:
  /// Takes the connection over.
  PostgresSession(const PostgresApi& api, PGconn* connection, std::chrono::milliseconds statement_timeout);
  ~PostgresSession() override;
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  /// Deadlines, encodings and formats that the rest relies on. To be called once, first.
  Result<void> set_up();

  using Session::run;
  Dialect dialect() const override { return Dialect::postgres; }
  Result<Rows> run(std::string_view sql, std::span<const Value> values) override;
  Result<void> execute(const std::string& script) override;
  /// Input, or nothing after the timeout.
  Result<void> wait_for_input(std::chrono::milliseconds timeout);
  /// Payloads of the notices that were read so far.
  std::vector<std::string> take_notices();
  /// Also false if the server closed an idle connection.
  bool usable() const override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  using Answer = std::unique_ptr<PGresult, decltype(&::PQclear)>;

  Deadline deadline() const;
  Result<std::string> prepare(std::string_view sql, std::span<const Value> values, Deadline until);
  Result<Answer> finish(bool sent, std::string_view sql, Deadline until);
  Result<void> flush(std::string_view sql, Deadline until);
  Result<Answer> next(std::string_view sql, Deadline until);
  Result<short> wait(short events, std::string_view sql, Deadline until);
  Error refused(const PGresult* answer, std::string_view sql);
  Error lost(std::string_view sql);
  Result<Rows> rows_of(const PGresult* answer, std::string_view sql) const;

  const PostgresApi& api_;
  PGconn* connection_;
  std::chrono::milliseconds timeout_;
  std::unordered_map<std::string, std::string> prepared_;  ///< text and kinds of values -> name
  bool broken_ = false;
};

/// As connect_postgres().
Result<std::unique_ptr<PostgresSession>> connect_postgres_session(const PostgresOptions& options);

}  // namespace boltseal::db
