// Metadata of one GUN at a notary server (NOTARY-SERVER 2): <base>/v2/<GUN>/_trust/tuf/<name>. Redirects are
// never followed. An error body becomes part of the message, escaped.
#pragma once

#include <memory>
#include <string>

#include "base/names.h"
#include "base/result.h"
#include "crypto/random.h"
#include "http/client/authenticated.h"
#include "transport/transport.h"

namespace boltseal::transport {

struct HttpLocation {
  std::string base_url;  ///< "https://notary.docker.io"; trailing slashes are cut
  Gun gun;
  std::string registry_host;  ///< key of the credentials; empty = registry_host_of(gun)
  /// Actions of the token's scope for reads and publishing; DELETE and key rotation ask "*".
  std::string read_actions = "pull";
  std::string write_actions = "push,pull";
  bool allow_plain_http = false;  ///< http:// beyond loopback
};

/// bad_config for a base URL that does not parse; usage for plain HTTP that is not allowed. `http` and
/// `random` (multipart boundary) must outlive the transport.
Result<std::unique_ptr<Transport>> notary_http(http::AuthenticatedClient& http, HttpLocation location,
                                               crypto::Random& random);

/// The TUF 1.0 form at a Boltseal server: <base>/v2/<GUN>/_trust/tuf1/metadata/<name>: "timestamp.json",
/// "<version>.root.json", "<version>.<role>.json" (consistent snapshots), role names percent-encoded.
Result<std::unique_ptr<Transport>> tuf1_http(http::AuthenticatedClient& http, HttpLocation location,
                                             crypto::Random& random);

}  // namespace boltseal::transport
