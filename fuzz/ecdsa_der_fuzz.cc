// links: crypto
// ECDSA signatures: the strict DER form and the raw form correspond one to one.
#include <cstdlib>

#include "crypto/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal::crypto;
  const boltseal::Bytes input(data, data + size);
  for (const int bits : {256, 384, 521}) {
    if (const auto raw = ecdsa_der_to_raw(input, bits); raw) {
      const auto der = ecdsa_raw_to_der(*raw, bits);
      if (!der || *der != input) std::abort();
    }
    if (const auto der = ecdsa_raw_to_der(input, bits); der) {
      const auto raw = ecdsa_der_to_raw(*der, bits);
      if (!raw || *raw != input) std::abort();
    }
  }
  return 0;
}
