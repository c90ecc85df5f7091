// Serving: directories, storage, keys, record, TLS and listeners put together, signals, an orderly end.
//
// stdout gets exactly one line "listening on URL" for each listener; everything else goes to stderr.
// SIGHUP reads the TLS files again; SIGUSR1 logs more and SIGUSR2 less; SIGTERM and SIGINT let running
// requests end, after a time in which /readyz says no (server.shutdown). A service manager's sockets are used
// and it is told how things stand (daemon/service_manager.h).
#pragma once

#include <functional>

#include "base/result.h"
#include "daemon/config_file.h"
#include "daemon/environment.h"
#include "daemon/places.h"
#include "server/trust_server.h"

namespace boltseal::daemon {

/// A server that is not served as it is. All members may be empty.
struct ServeVariant {
  std::function<void(server::TrustServerOptions&, server::TrustServerParts&)> adapt;
  std::function<http::Handlers(server::TrustServer&)> handlers;  ///< instead of its own
  std::function<void()> started, stopping;                       ///< while it serves
};

/// Returns when a signal ended the server. Errors: bad_config, bad_key, io_error, disk_full, locked (another
/// boltseald has the state), storage_failed.
Result<void> serve(const LoadedConfig& loaded, const Places& places, const TakenVariables& variables,
                   const ServeVariant& variant = {});

}  // namespace boltseal::daemon
