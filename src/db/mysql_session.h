// One connection to MySQL or MariaDB (db/sql.h), from the moment it is made.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "db/mysql_api.h"
#include "db/sql.h"

namespace boltseal::db {

class MysqlSession final : public Session {
 public:
  struct CloseConnection {
    const MysqlApi* api;
    void operator()(MYSQL* handle) const { api->close(handle); }
  };
  using Handle = std::unique_ptr<MYSQL, CloseConnection>;

  /// `patience`: after so long without a word the library gives the connection up.
  MysqlSession(const MysqlApi& api, Handle handle, std::chrono::milliseconds patience)
      : api_(api), handle_(std::move(handle)), patience_(patience) {}

  Dialect dialect() const override { return Dialect::mysql; }
  using Session::run;
  Result<Rows> run(std::string_view sql, std::span<const Value> values) override;
  Result<void> execute(const std::string& script) override;
  /// Also false if the server closed an idle connection.
  bool usable() const override;

 private:
  struct CloseStatement {
    const MysqlApi* api;
    void operator()(MYSQL_STMT* statement) const { api->stmt_close(statement); }
  };
  using Statement = std::unique_ptr<MYSQL_STMT, CloseStatement>;

  Result<void> begin();
  Result<MYSQL_STMT*> prepared(std::string_view sql);
  Result<void> start(MYSQL_STMT* statement, std::string_view sql, std::span<const Value> values);
  Result<Rows> fetch(MYSQL_STMT* statement, std::string_view sql);
  Result<std::vector<Rows::Cell>> fetch_row(MYSQL_STMT* statement, std::string_view sql, std::size_t columns);
  Result<void> drop_results(const std::string& script);
  Error failure(unsigned number, std::string_view message, std::string_view sql);
  Error failure(std::string_view sql);                         ///< of the connection
  Error failure(MYSQL_STMT* statement, std::string_view sql);  ///< of a statement, which is then forgotten

  const MysqlApi& api_;
  Handle handle_;
  std::chrono::milliseconds patience_;
  std::chrono::steady_clock::time_point begun_;  ///< of the last statement
  std::map<std::string, Statement, std::less<>> statements_;
  bool usable_ = true;
};

}  // namespace boltseal::db
