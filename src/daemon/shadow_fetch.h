// Asks the server that `boltseald shadow` stands beside.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "server/shadow/compare.h"

namespace boltseal::daemon {

/// For one thread. `url`: scheme, host and port of the other server; plain HTTP where it says so. `ca_file`:
/// trusted beside the system's CAs; may be empty. usage: no such URL. Errors of asking: as http::Client.
Result<std::function<Result<server::ShadowAnswer>(const server::ShadowRequest&)>> make_shadow_fetch(
    const std::string& url, const std::string& ca_file);

}  // namespace boltseal::daemon
