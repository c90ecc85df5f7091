// Databases of the configuration, to be connected to.
#pragma once

#include <memory>

#include "daemon/config.h"
#include "db/pool.h"
#include "db/postgres.h"

namespace boltseal::daemon {

db::PostgresOptions postgres_options(const DatabaseConfig& config);
/// Connects anew at each call.
db::Connect connector(const DatabaseConfig& config);
std::shared_ptr<db::Pool> make_pool(const DatabaseConfig& config);

}  // namespace boltseal::daemon
