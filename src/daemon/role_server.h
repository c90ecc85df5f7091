// The role `server` from its configuration: the parts that server::TrustServer stands on.
#pragma once

#include <memory>
#include <optional>

#include "base/files.h"
#include "base/result.h"
#include "daemon/config.h"
#include "daemon/places.h"
#include "server/trust_server.h"

namespace boltseal::daemon {

/// Directories of one boltseald: made with mode 0700, locked while it runs.
struct Home {
  Directory state, keys;
  FileLock lock;
};

/// locked: another boltseald works there. io_error.
Result<Home> open_home(const Places& places);

/// Storage, keys and record. bad_key: the sealing key is not the one that sealed the stored keys.
Result<server::TrustServerParts> open_parts(const ServerConfig& config, const std::optional<Home>& home);
server::TrustServerOptions server_options(const ServerConfig& config);

/// The database of the configuration: `path`, else server.db in the state directory.
std::string database_path(const ServerConfig& config, const Places& places);

}  // namespace boltseal::daemon
