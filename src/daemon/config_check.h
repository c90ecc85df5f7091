// What can be found out about a configuration without side effects: files, pairs of certificates and keys,
// passphrases. Connects to nothing.
#pragma once

#include "base/result.h"
#include "daemon/config.h"
#include "daemon/environment.h"

namespace boltseal::daemon {

/// The first thing that is wrong. bad_config, not_found, io_error; no_passphrase.
Result<void> check_config(const Config& config, const TakenVariables& variables);

}  // namespace boltseal::daemon
