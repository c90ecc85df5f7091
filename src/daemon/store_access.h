// The store of a configuration, opened by a command that may run beside the server: takes no lock, makes no
// key, writes no record.
#pragma once

#include <memory>
#include <optional>

#include "base/files.h"
#include "base/result.h"
#include "daemon/command.h"
#include "server/high_water.h"
#include "server/key_service.h"
#include "server/storage/storage.h"
#include "vault/key_table.h"

namespace boltseal::daemon {

/// Stays as long as what was opened with it.
struct StoreAccess {
  std::optional<Directory> state_dir, keys_dir;  ///< where they are there
  std::unique_ptr<server::Storage> storage;
  std::unique_ptr<server::KeyService> keys;   ///< null: they are not here; stderr has said so
  std::unique_ptr<server::HighWater> record;  ///< null: there is none; stderr has said so
};

/// The server of the configuration, if it has a store that lasts. usage.
Result<const ServerConfig*> stored_server(const Invocation& invocation);

/// usage: no server in the configuration, or memory storage. not_found: no database there. Errors of opening.
Result<StoreAccess> open_store(const Invocation& invocation);
/// Storage alone.
Result<std::unique_ptr<server::Storage>> open_store_files(const Invocation& invocation);
/// Rows of sealed keys, as backups take them; null: the keys are elsewhere, and stderr has said so. `make`:
/// where there is no table yet, makes one.
Result<std::unique_ptr<vault::KeyTable>> open_key_rows(const Invocation& invocation, bool make);

}  // namespace boltseal::daemon
