// Databases of the configuration, to be connected to.
#pragma once

#include <memory>

#include "base/result.h"
#include "daemon/config.h"
#include "db/pool.h"
#include "db/postgres.h"

namespace boltseal::daemon {

db::PostgresOptions postgres_options(const DatabaseConfig& config);
/// Connects anew at each call.
db::Connect connector(const DatabaseConfig& config);
/// Logs a warning where fail-over is prepared (several hosts, or a standby that follows) and the primary
/// waits for no standby: what it acknowledged last would be lost with it.
Result<void> warn_of_asynchronous_standby(const DatabaseConfig& config);
std::shared_ptr<db::Pool> make_pool(const DatabaseConfig& config);

}  // namespace boltseal::daemon
