#include "daemon/databases.h"

#include "db/mysql.h"

namespace boltseal::daemon {
namespace {

std::chrono::milliseconds milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

}  // namespace

db::PostgresOptions postgres_options(const DatabaseConfig& config) {
  return {.conninfo = std::string(config.source.reveal()),
          .connect_timeout = milliseconds(config.connect_timeout),
          .statement_timeout = milliseconds(config.statement_timeout)};
}

db::Connect connector(const DatabaseConfig& config) {
  // The copy keeps the password in locked memory between the calls.
  if (config.kind == DatabaseKind::postgres)
    return [config] { return db::connect_postgres(postgres_options(config)); };
  return [config] {
    return db::connect_mysql({.dsn = std::string(config.source.reveal()),
                              .connect_timeout = milliseconds(config.connect_timeout),
                              .statement_timeout = milliseconds(config.statement_timeout)});
  };
}

std::shared_ptr<db::Pool> make_pool(const DatabaseConfig& config) {
  return std::make_shared<db::Pool>(connector(config),
                                    db::Pool::Options{.size = static_cast<std::size_t>(config.connections),
                                                      .wait = milliseconds(config.statement_timeout)});
}

}  // namespace boltseal::daemon
