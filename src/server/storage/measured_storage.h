// A storage that measures another one: boltseal_storage_duration_microseconds and
// boltseal_storage_errors_total, by operation. Conflicts are answers, not errors. Thread safe as the other
// is.
#pragma once

#include <memory>

#include "http/server/metrics.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// The registry outlives it.
std::unique_ptr<Storage> make_measured_storage(std::unique_ptr<Storage> below,
                                               http::MetricsRegistry& registry);

}  // namespace boltseal::server
