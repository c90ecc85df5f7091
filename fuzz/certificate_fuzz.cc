// links: crypto
// X.509: what parses keeps its bytes, and a bundle made of it parses as the certificate.
#include <cstdlib>

#include "crypto/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::crypto;
  const auto certificate = Certificate::from_der({data, size});
  if (!certificate) return 0;
  if (certificate->der() != boltseal::Bytes(data, data + size)) std::abort();
  const auto bundle = parse_bundle(certificate->pem());
  if (bundle.has_value() == certificate->is_ca()) std::abort();
  if (bundle && bundle->leaf.fingerprint() != certificate->fingerprint()) std::abort();
  // The chain code hands the bytes to OpenSSL: no crash, whatever they are.
  static_cast<void>(
      verify_chain(*certificate, {}, {*certificate}, certificate->not_after(), ChainPurpose::server_auth));
  return 0;
}
