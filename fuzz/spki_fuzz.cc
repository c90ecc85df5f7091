// links: crypto
// SubjectPublicKeyInfo: what loads has one normal form, which loads again as the same key.
#include <cstdlib>

#include "crypto/public_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using boltseal::crypto::PublicKey;
  const auto key = PublicKey::from_spki({data, size});
  if (!key) return 0;
  const auto again = PublicKey::from_spki((*key)->spki());
  if (!again || !(**again == **key) || (*again)->spki() != (*key)->spki()) std::abort();
  return 0;
}
