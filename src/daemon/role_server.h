// The role `server` from its configuration: the parts that server::TrustServer stands on.
#pragma once

#include <memory>
#include <optional>

#include "base/files.h"
#include "base/result.h"
#include "daemon/config.h"
#include "daemon/key_places.h"
#include "daemon/places.h"
#include "server/trust_server.h"

namespace boltseal::daemon {

/// Directories of one boltseald: made with mode 0700, locked while it runs.
struct Home {
  Directory state, keys;
  FileLock lock;
  FileLock record_lock;  ///< in the keys directory: the high-water record has one writer
};

/// locked: another boltseald works there. io_error.
Result<Home> open_home(const Places& places);

/// The database file of the configuration: `path`, else server.db in the state directory.
std::string database_path(const ServerConfig& config, const Places& places);

Result<std::unique_ptr<server::Storage>> open_storage(const ServerConfig& config, const Places& places);

/// What its places of keys stand on. `variables` and `home` must live as long as what is opened with it.
KeySurroundings surroundings(const std::optional<Home>& home, const TakenVariables& variables);

/// Storage, keys, record and notices of the role server. `around.of_signer` is opened here where it is needed
/// and missing. bad_key, bad_passphrase: the stored keys do not open.
Result<server::TrustServerParts> open_parts(const Config& config, const std::optional<Home>& home,
                                            KeySurroundings around);

server::Lifetimes lifetimes(const ServerConfig& config);

/// `host_names`: those of the certificates that it serves with.
server::TrustServerOptions server_options(const Config& config, std::vector<std::string> host_names);

}  // namespace boltseal::daemon
