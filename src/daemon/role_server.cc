#include "daemon/role_server.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "crypto/random.h"
#include "daemon/databases.h"
#include "server/storage/memory_storage.h"
#include "server/storage/postgres_notices.h"
#include "server/storage/sql_storage.h"
#include "server/storage/sqlite_storage.h"

namespace boltseal::daemon {
namespace {

bool is_shared(const StorageConfig& storage) {
  return storage.kind == StorageKind::postgres || storage.kind == StorageKind::mysql;
}

/// What tells the notices of one process from those of others.
Result<std::string> new_sender() {
  Bytes bytes(16);
  crypto::system_random().fill(bytes);
  return hex_encode(bytes);
}

Result<std::unique_ptr<server::Storage>> open_shared(const StorageConfig& storage, std::string sender) {
  DatabaseConfig patient = storage.database;
  patient.statement_timeout = std::max<Duration>(patient.statement_timeout, std::chrono::minutes(10));
  server::SqlStorageOptions options{
      .connect = connector(storage.database), .patient = connector(patient), .sender = std::move(sender)};
  options.pool.size = static_cast<std::size_t>(storage.database.connections);
  return server::make_sql_storage(std::move(options));
}

/// MariaDB tells nobody of changes: each read asks.
server::Consistency consistency(const StorageConfig& storage) {
  if (!is_shared(storage)) return server::Consistency::alone;
  const bool notices = storage.kind == StorageKind::postgres && storage.consistency == Consistency::notify;
  return notices ? server::Consistency::notify : server::Consistency::strict;
}

server::AuthOptions auth_options(const AuthConfig& config, std::vector<std::string> host_names) {
  server::AuthOptions out;
  if (config.kind == AuthKind::token) {
    out.token = {.realm = config.realm,
                 .service = config.service,
                 .issuer = config.issuer,
                 .root_cert_bundle = config.root_certificates,
                 .jwks = config.jwks,
                 .autoredirect = config.autoredirect,
                 .redirect_hosts = config.hosts.empty() ? std::move(host_names) : config.hosts};
  } else if (config.kind == AuthKind::htpasswd) {
    out.basic = {.realm = config.realm, .htpasswd = config.password_file, .admins = config.admins};
  }
  out.anonymous_pull = config.anonymous_read;
  out.guard_metrics = false;
  for (const CertificateAccess& access : config.certificates) {
    std::string actions;
    for (const std::string& action : access.actions) actions += (actions.empty() ? "" : ",") + action;
    server::CertificateRule rule{.by = server::CertificateRule::By::subject, .value = access.subject};
    for (const std::string& gun : access.guns)
      rule.scopes.push_back(fmt::format("repository:{}:{}", gun, actions));
    out.certificates.push_back(std::move(rule));
  }
  return out;
}

server::RateLimitOptions rate_limits(const ServerConfig& config) {
  constexpr double kBurstSeconds = 10;
  server::RateLimitOptions out;
  const auto per_second = static_cast<double>(config.rate.requests_per_second);
  out.client = {per_second,
                config.rate.burst > 0 ? static_cast<double>(config.rate.burst) : per_second * kBurstSeconds};
  out.trusted_proxies = config.trusted_proxies;
  return out;
}

}  // namespace

Result<Home> open_home(const Places& places) {
  auto state = BS_TRY(Directory::open(places.state_dir, true));
  auto keys = BS_TRY(Directory::open(places.keys_dir, true));
  auto lock = state.lock("lock", 0);
  if (!lock) {
    return fail(ErrorCode::locked, "another boltseald works in " + places.state_dir,
                "stop it first, or give this one another --state-dir");
  }
  auto record = keys.lock("high-water.lock", 0);
  if (!record) {
    return fail(ErrorCode::locked, "another boltseald uses the keys directory " + places.keys_dir,
                "each needs one of its own; copies of sealing.key in both are right for replicas");
  }
  return Home{std::move(state), std::move(keys), std::move(*lock), std::move(*record)};
}

std::string database_path(const ServerConfig& config, const Places& places) {
  return config.storage.path.empty() ? places.state_dir + "/server.db" : config.storage.path;
}

Result<std::unique_ptr<server::Storage>> open_storage(const ServerConfig& config, const Places& places) {
  if (config.storage.kind == StorageKind::memory) return server::make_memory_storage();
  if (is_shared(config.storage)) return open_shared(config.storage, BS_TRY(new_sender()));
  return server::make_sqlite_storage({.path = database_path(config, places),
                                      .connections = static_cast<std::size_t>(config.storage.connections)});
}

server::Lifetimes lifetimes(const ServerConfig& config) {
  return {.snapshot = config.snapshot_lifetime,
          .timestamp = config.timestamp_lifetime,
          .renew_at_percent = static_cast<int>(config.renew_at_percent)};
}

server::TrustServerOptions server_options(const Config& all, std::vector<std::string> host_names) {
  const ServerConfig& config = *all.server;
  server::TrustServerOptions options;
  options.consistency = consistency(config.storage);
  options.lifetimes = lifetimes(config);
  options.cache_control = {.current = config.max_age_current, .consistent = config.max_age_consistent};
  options.gun_prefixes = config.gun_prefixes;
  options.any_gun_name = config.any_gun_name;
  options.open_feed = config.open_changefeed;
  options.upload_bytes = static_cast<std::size_t>(config.upload_bytes);
  options.cache_bytes = static_cast<std::size_t>(config.cache_bytes);
  options.auth = auth_options(config.auth, std::move(host_names));
  options.rate_limits = rate_limits(config);
  options.access_log = {.on = !all.access_log.empty(), .file = all.access_log};
  return options;
}

KeySurroundings surroundings(const std::optional<Home>& home, const TakenVariables& variables) {
  KeySurroundings around{.variables = &variables};
  if (home) {
    around.state = &home->state;
    around.keys = &home->keys;
  }
  return around;
}

Result<server::TrustServerParts> open_parts(const Config& all, const std::optional<Home>& home,
                                            KeySurroundings around) {
  const ServerConfig& config = *all.server;
  if (config.keys.place == KeyPlace::signer && !around.of_signer)
    around.of_signer = BS_TRY(open_holder(all.signer->keys, around, vault::LowerVersions::refuse));
  server::TrustServerParts parts;
  const StorageConfig& storage = config.storage;
  if (is_shared(storage)) {
    const std::string sender = BS_TRY(new_sender());
    parts.storage = BS_TRY(open_shared(storage, sender));
    if (consistency(storage) == server::Consistency::notify)
      parts.notices = server::make_postgres_notices(postgres_options(storage.database), sender);
    around.beside = &storage.database;
    BS_TRY(warn_of_asynchronous_standby(storage.database));
  } else {
    const Places places = home ? Places{home->state.path(), home->keys.path()} : Places{};
    parts.storage = BS_TRY(open_storage(config, places));
  }
  parts.keys = BS_TRY(open_keys(config.keys, around));
  parts.record = storage.kind == StorageKind::memory
                     ? server::HighWater::in_memory()
                     : BS_TRY(server::HighWater::open(BS_TRY(Directory::open(home->keys.path()))));
  return parts;
}

}  // namespace boltseal::daemon
