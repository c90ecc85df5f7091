// links: crypto
// Private keys, plain and encrypted: what loads is written and loads again as the same key. Key derivation
// is kept cheap: few iterations, no scrypt.
#include <algorithm>
#include <cstdlib>

#include "crypto/pkcs8.h"
#include "crypto/software_key.h"

namespace {

using namespace boltseal::crypto;

void check(const boltseal::Result<SoftwareKeyPtr>& key) {
  if (!key) return;
  for (const Pkcs8Style style : {Pkcs8Style::notary, Pkcs8Style::standard}) {
    const auto der = (*key)->to_pkcs8(style);
    if (!der) std::abort();
    const auto again = SoftwareKey::from_pkcs8(der->view());
    if (!again || !(*(*again)->public_key() == *(*key)->public_key())) std::abort();
  }
}

bool asks_for_scrypt(boltseal::ByteView data) {
  constexpr std::uint8_t kOid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b};
  return std::search(data.begin(), data.end(), std::begin(kOid), std::end(kOid)) != data.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const boltseal::ByteView input(data, size);
  check(SoftwareKey::from_pkcs8(input));
  check(SoftwareKey::from_sec1(input));
  check(SoftwareKey::from_pkcs1(input));
  static const boltseal::Secret passphrase = boltseal::Secret::of_text("secret");
  if (asks_for_scrypt(input)) return 0;
  if (const auto plain = decrypt_pkcs8(input, passphrase, 2048); plain)
    check(SoftwareKey::from_pkcs8(plain->view()));
  return 0;
}
