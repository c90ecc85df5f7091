// TLS without a PKI: a small certificate authority of boltseald's own, made at the first start, and a server
// certificate that it issues at each start and again before it ends.
//
// ca.crt and server.crt lie in the state directory (public), ca.key and server.key in the keys directory.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "crypto/random.h"

namespace boltseal::daemon {

struct OwnCertificate {
  std::string ca_path;  ///< what clients must trust
  std::string certificate_path, key_path;
  Time renew_at{};  ///< make it anew then
  bool ca_is_new = false;
};

/// Makes the CA where there is none (10 years) and issues a server certificate (90 days) for localhost, the
/// loopback addresses, the machine's name and `names`. bad_key, bad_format: the CA's files do not fit; io
/// errors.
Result<OwnCertificate> make_own_certificate(const Directory& state, const Directory& keys,
                                            const std::vector<std::string>& names, Time now,
                                            crypto::Random& random);

/// The host of "ADDRESS:PORT"; empty for addresses that mean "all".
std::string host_of_listener(const std::string& address);

}  // namespace boltseal::daemon
