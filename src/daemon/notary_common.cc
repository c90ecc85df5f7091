#include "daemon/notary_common.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "daemon/config_fields.h"
#include "daemon/database_source.h"

namespace boltseal::daemon {
namespace {

/// logrus' levels, in any case. What is above `error` there ends the process: nothing is left to log.
std::optional<log::Level> level_of(std::string name) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name == "trace" || name == "debug") return log::Level::debug;
  if (name == "info") return log::Level::info;
  if (name == "warn" || name == "warning") return log::Level::warning;
  if (name.empty() || name == "error") return log::Level::error;
  if (name == "fatal" || name == "panic") return log::Level::off;
  return std::nullopt;
}

tl::unexpected<Error> refused_backend(const std::string& backend) {
  if (backend == "rethinkdb") {
    return fail(ErrorCode::bad_config, "storage.backend rethinkdb is not supported",
                "start the old server once more, save its repositories with `boltseal export`, and let "
                "boltseald import "
                "them into PostgreSQL, MySQL or SQLite");
  }
  return fail(ErrorCode::bad_config,
              "storage.backend sqlite3 is not supported: only test builds of notary had it",
              "write a configuration of boltseald's own with server.storage.kind sqlite");
}

}  // namespace

Result<void> take_logging(const NotaryMembers& members, Config& out, Warnings& warnings) {
  const std::string name = BS_TRY(members.text("logging.level"));
  const auto level = level_of(name);
  if (!level) {
    return fail(ErrorCode::bad_config,
                fmt::format("not a valid logrus Level: \"{}\"", escape_untrusted(name)),
                "logging.level must be debug, info, warning, error, fatal or panic");
  }
  out.log_level = *level;
  out.log_requests = true;  // at level info, as there
  bool reports = false;
  for (const std::string_view path :
       {"reporting.bugsnag.api_key", "reporting.bugsnag.release_stage", "reporting.bugsnag.endpoint"}) {
    reports = reports || members.is_set(path);
  }
  if (reports)
    warnings.emplace_back("reporting.bugsnag has no effect: errors are in the log and in the metrics alone");
  return {};
}

Result<DatabaseConfig> take_database(const NotaryMembers& members, const std::string& backend,
                                     Warnings& warnings) {
  if (backend == "rethinkdb" || backend == "sqlite3") return refused_backend(backend);
  const std::string source = BS_TRY(members.text("storage.db_url"));
  if (source.empty()) {
    return fail(ErrorCode::bad_config,
                fmt::format("must provide a non-empty database source for {}", escape_untrusted(backend)),
                "set storage.db_url or " + members.variable("storage.db_url"));
  }
  DatabaseConfig database;
  database.kind = backend == "mysql" ? DatabaseKind::mysql : DatabaseKind::postgres;
  const auto good = check_source(database.kind, source);
  if (!good) {
    return fail(ErrorCode::bad_config,
                fmt::format("failed to parse the database source for {}: {}", backend, good.error().what()),
                good.error().hint());
  }
  if (database.kind == DatabaseKind::mysql) {
    database.source = SecretText(source);
    return database;
  }
  const std::string conninfo = conninfo_of_go(source, members.process_variable("PGSSLMODE").has_value());
  if (conninfo.find("sslmode=require") != std::string::npos && source.find("sslmode") == std::string::npos)
    warnings.emplace_back("storage.db_url has no sslmode: TLS is required, as notary's driver did");
  database.source = SecretText(conninfo);
  return database;
}

Result<std::string> take_path(const NotaryMembers& members, std::string_view path,
                              const std::string& directory) {
  return below(directory, BS_TRY(members.text(path)));
}

void warn_unknown(const NotaryMembers& members, const std::set<std::string_view>& known,
                  std::string_view program, Warnings& warnings) {
  for (const std::string& path : members.unknown(known)) {
    warnings.push_back(fmt::format("{} has no effect, as in {}", escape_untrusted(path), program));
  }
}

}  // namespace boltseal::daemon
