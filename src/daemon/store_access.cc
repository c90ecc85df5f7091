#include "daemon/store_access.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/databases.h"
#include "daemon/key_places.h"
#include "daemon/role_server.h"

namespace boltseal::daemon {
namespace {

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Null where the store is a file.
const DatabaseConfig* database_of(const ServerConfig& config) {
  const StorageKind kind = config.storage.kind;
  const bool shared = kind == StorageKind::postgres || kind == StorageKind::mysql;
  return shared ? &config.storage.database : nullptr;
}

Result<std::unique_ptr<server::Storage>> open_files(const ServerConfig& config, const Places& places) {
  const std::string path = database_path(config, places);
  if (config.storage.kind == StorageKind::sqlite && !is_there(path))
    return fail(ErrorCode::not_found, "there is no database " + path, "name the state with --state-dir DIR");
  return open_storage(config, places);
}

Result<std::optional<Directory>> open_if_there(const std::string& path) {
  if (!is_there(path)) return std::optional<Directory>();
  return std::optional(BS_TRY(Directory::open(path)));
}

/// A vault makes the sealing key that it lacks, so it is opened only where there is one.
bool can_open_keys(const KeysConfig& keys, const StoreAccess& access) {
  if (keys.place == KeyPlace::notary_database || keys.place == KeyPlace::remote) return true;
  if (!access.state_dir || !access.keys_dir) return false;
  return keys.place != KeyPlace::vault || access.keys_dir->exists("sealing.key");
}

Result<void> open_keys_of(const Invocation& invocation, const ServerConfig& server, StoreAccess& access) {
  const Config& config = invocation.loaded.config;
  const bool by_signer = server.keys.place == KeyPlace::signer;
  if (!can_open_keys(by_signer ? config.signer->keys : server.keys, access)) {
    fmt::print(stderr, "The server's keys are not here: it is not looked at which it has.\n");
    return {};
  }
  KeySurroundings around{.beside = database_of(server), .variables = &invocation.variables};
  if (access.state_dir) around.state = &*access.state_dir;
  if (access.keys_dir) around.keys = &*access.keys_dir;
  if (by_signer) {
    KeySurroundings own = around;
    own.beside = nullptr;
    around.of_signer = BS_TRY(open_holder(config.signer->keys, own, vault::LowerVersions::refuse));
  }
  access.keys = BS_TRY(open_keys(server.keys, around));
  return {};
}

Result<void> open_record(const Places& places, StoreAccess& access) {
  if (access.keys_dir && access.keys_dir->exists("high-water")) {
    access.record = BS_TRY(server::HighWater::read(*access.keys_dir));
    return {};
  }
  fmt::print(stderr, "There is no high-water record in {}: nothing is compared with it.\n", places.keys_dir);
  return {};
}

}  // namespace

Result<const ServerConfig*> stored_server(const Invocation& invocation) {
  const Config& config = invocation.loaded.config;
  if (!config.server)
    return fail(ErrorCode::usage, "the configuration has no server", "name its file with --config");
  if (config.server->storage.kind == StorageKind::memory) {
    return fail(ErrorCode::usage, "memory storage lives in the server's process alone",
                "name the configuration with --config FILE");
  }
  return &*config.server;
}

Result<StoreAccess> open_store(const Invocation& invocation) {
  const ServerConfig* config = BS_TRY(stored_server(invocation));
  const Places places = BS_TRY(invocation.places());
  StoreAccess access;
  access.storage = BS_TRY(open_files(*config, places));
  access.state_dir = BS_TRY(open_if_there(places.state_dir));
  access.keys_dir = BS_TRY(open_if_there(places.keys_dir));
  BS_TRY(open_keys_of(invocation, *config, access));
  BS_TRY(open_record(places, access));
  return access;
}

Result<std::unique_ptr<server::Storage>> open_store_files(const Invocation& invocation) {
  const ServerConfig* config = BS_TRY(stored_server(invocation));
  return open_files(*config, BS_TRY(invocation.places()));
}

Result<std::unique_ptr<vault::KeyTable>> open_key_rows(const Invocation& invocation, bool make) {
  const ServerConfig* config = BS_TRY(stored_server(invocation));
  if (config->keys.place == KeyPlace::vault) {
    if (const DatabaseConfig* database = database_of(*config))
      return vault::make_sql_key_table(make_pool(*database));
    const std::string path = BS_TRY(invocation.places()).state_dir + "/vault.db";
    if (make || is_there(path)) return vault::make_sqlite_key_table(path);
  }
  fmt::print(stderr, "The server's keys are not in a vault of its own here: the backup is without them.\n");
  return std::unique_ptr<vault::KeyTable>();
}

}  // namespace boltseal::daemon
