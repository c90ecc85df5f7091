#include "daemon/databases.h"

#include "base/log.h"
#include "daemon/database_source.h"
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

Result<void> warn_of_asynchronous_standby(const DatabaseConfig& config) {
  if (config.kind != DatabaseKind::postgres) return {};
  const auto session = BS_TRY(db::connect_postgres(postgres_options(config)));
  const auto rows = BS_TRY(session->run(
      "SELECT current_setting('synchronous_standby_names'), (SELECT count(*) FROM pg_stat_replication)"));
  if (rows.empty() || !rows.text(0, 0).empty()) return {};
  const bool several_hosts =
      redacted_source(config.kind, config.source.reveal()).find(',') != std::string::npos;
  if (!several_hosts && rows.integer(0, 1) == 0) return {};
  log::warning("standby_not_waited_for",
               {{"text",
                 "synchronous_standby_names is empty: publishes that were acknowledged last can be lost "
                 "when a standby takes over"}});
  return {};
}

std::shared_ptr<db::Pool> make_pool(const DatabaseConfig& config) {
  return std::make_shared<db::Pool>(connector(config),
                                    db::Pool::Options{.size = static_cast<std::size_t>(config.connections),
                                                      .wait = milliseconds(config.statement_timeout)});
}

}  // namespace boltseal::daemon
