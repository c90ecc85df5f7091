// Which members of the configuration the roles are composed from. What a file may hold but nothing here
// serves yet is refused by name, never ignored.
#pragma once

#include "base/result.h"
#include "daemon/config.h"

namespace boltseal::daemon {

/// bad_config: the first member that this boltseald does not honour.
Result<void> check_composed(const Config& config);

}  // namespace boltseal::daemon
