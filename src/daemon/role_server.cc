#include "daemon/role_server.h"

#include "server/storage/memory_storage.h"
#include "server/storage/sqlite_storage.h"
#include "vault/vault.h"

namespace boltseal::daemon {

Result<Home> open_home(const Places& places) {
  auto state = BS_TRY(Directory::open(places.state_dir, true));
  auto keys = BS_TRY(Directory::open(places.keys_dir, true));
  auto lock = state.lock("lock", 0);
  if (!lock) {
    return fail(ErrorCode::locked, "another boltseald works in " + places.state_dir,
                "stop it first, or give this one another --state-dir");
  }
  return Home{std::move(state), std::move(keys), std::move(*lock)};
}

std::string database_path(const ServerConfig& config, const Places& places) {
  return config.storage.path.empty() ? places.state_dir + "/server.db" : config.storage.path;
}

server::TrustServerOptions server_options(const ServerConfig& config) {
  server::TrustServerOptions options;
  options.lifetimes = {.snapshot = config.snapshot_lifetime,
                       .timestamp = config.timestamp_lifetime,
                       .renew_at_percent = static_cast<int>(config.renew_at_percent)};
  options.cache_control = {.current = config.max_age_current, .consistent = config.max_age_consistent};
  options.gun_prefixes = config.gun_prefixes;
  options.any_gun_name = config.any_gun_name;
  options.open_feed = config.open_changefeed;
  options.upload_bytes = static_cast<std::size_t>(config.upload_bytes);
  options.cache_bytes = static_cast<std::size_t>(config.cache_bytes);
  return options;
}

Result<server::TrustServerParts> open_parts(const ServerConfig& config, const std::optional<Home>& home) {
  server::TrustServerParts parts;
  if (config.storage.kind == StorageKind::memory) {
    parts.storage = server::make_memory_storage();
    parts.keys = server::make_memory_keys(config.keys.algorithm);
    parts.record = server::HighWater::in_memory();
    return parts;
  }
  const std::string path = database_path(config, {home->state.path(), home->keys.path()});
  parts.storage = BS_TRY(server::make_sqlite_storage(
      {.path = path, .connections = static_cast<std::size_t>(config.storage.connections)}));
  auto table = BS_TRY(vault::make_sqlite_key_table(home->state.path() + "/vault.db"));
  auto vault = BS_TRY(vault::Vault::open(std::move(table), home->keys));
  parts.keys =
      server::make_vault_keys(std::make_unique<vault::Vault>(std::move(vault)), config.keys.algorithm);
  parts.record = BS_TRY(server::HighWater::open(BS_TRY(Directory::open(home->keys.path()))));
  return parts;
}

}  // namespace boltseal::daemon
