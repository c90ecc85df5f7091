// A small certificate authority of one's own: boltseald makes it at its first start, so that TLS works
// before anybody has set up a PKI.
#pragma once

#include <string>
#include <vector>

#include "crypto/certificate.h"

namespace boltseal::crypto {

/// Self-signed CA: basicConstraints critical CA:TRUE pathlen 0, keyUsage critical keyCertSign + cRLSign,
/// subjectKeyIdentifier. Errors as make_self_signed.
Result<Certificate> make_ca(Signer& signer, std::string_view common_name, Time not_before, Time not_after,
                            Random& random);

struct ServerNames {
  std::vector<std::string> dns;  ///< "localhost"
  std::vector<std::string> ips;  ///< "127.0.0.1", "::1"
};
/// Server certificate: CN = the first name, subjectAltName with all, extKeyUsage serverAuth, keyUsage
/// critical digitalSignature, authority and subject key identifiers. bad_name for a name that is no ASCII
/// host name or an address that does not parse; bad_key where `ca_signer` is not the key of `ca`.
Result<Certificate> issue_server_certificate(Signer& ca_signer, const Certificate& ca, const PublicKey& key,
                                             const ServerNames& names, Time not_before, Time not_after,
                                             Random& random);

}  // namespace boltseal::crypto
