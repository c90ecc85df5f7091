// The role `signer`: keys behind notary-signer's gRPC API, for notary-servers and other boltsealds.
#pragma once

#include <memory>

#include "base/result.h"
#include "daemon/config.h"
#include "daemon/key_places.h"
#include "http/server/metrics.h"
#include "http/server/server.h"
#include "signer/door.h"
#include "vault/key_holder.h"

namespace boltseal::daemon {

/// What runs; ends in the order of its destruction.
struct RoleSigner {
  std::shared_ptr<vault::KeyHolder> holder;
  std::unique_ptr<http::MetricsRegistry> metrics;
  std::unique_ptr<signer::SignerDoor> door;
  std::unique_ptr<http::Server> http;

  /// Metrics and health of the signer, for a plain listener. Valid as long as this object.
  http::Handlers operating_handlers() const;
};

/// Opens the keys, and makes the server that is to be started. Errors of open_holder(); bad_config: a
/// client's pattern.
Result<RoleSigner> open_signer(const SignerConfig& config, const KeySurroundings& around, bool log_requests);

}  // namespace boltseal::daemon
