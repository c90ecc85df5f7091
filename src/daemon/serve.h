// Serving: directories, storage, keys, record, TLS and listeners put together, signals, an orderly end.
//
// stdout gets exactly one line "listening on URL" for each listener; everything else goes to stderr.
// SIGHUP reads the TLS files again; SIGUSR1 logs more and SIGUSR2 less; SIGTERM and SIGINT let running
// requests end.
#pragma once

#include "base/result.h"
#include "daemon/config_file.h"
#include "daemon/environment.h"
#include "daemon/places.h"

namespace boltseal::daemon {

/// Returns when a signal ended the server. Errors: bad_config, bad_key, io_error, disk_full, locked (another
/// boltseald has the state), storage_failed.
Result<void> serve(const LoadedConfig& loaded, const Places& places, const TakenVariables& variables);

}  // namespace boltseal::daemon
