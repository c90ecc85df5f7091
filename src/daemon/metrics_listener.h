// The listener of `metrics.listen` (and of notary's -debug): plain HTTP with /metrics,
// /_notary_server/health, /livez and /readyz alone, so that what watches the server need not reach its public
// address.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/server/server.h"

namespace boltseal::daemon {

/// `inherited_fd`: a listening socket that was handed over; -1: binds the address. Not started. `handlers`
/// are those of the trust server; they outlive it.
std::unique_ptr<http::Server> make_metrics_listener(const std::string& address, int inherited_fd,
                                                    http::Handlers handlers);

}  // namespace boltseal::daemon
