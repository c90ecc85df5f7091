// links: crypto
// Rows of a signer's table: what opens is sealed and opens again; what is inside loads or is refused. Key
// derivation is kept cheap: few iterations.
#include <cstdlib>

#include "crypto/jwe.h"

namespace {

using namespace boltseal::crypto;

void check_content(boltseal::ByteView bytes) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ed25519}) {
    const auto key = from_signer_bytes(algorithm, bytes);
    if (!key) continue;
    const auto again = to_signer_bytes(**key);
    if (!again || !from_signer_bytes(algorithm, again->view())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const boltseal::Secret passphrase = boltseal::Secret::of_text("peers-passphrase");
  const boltseal::ByteView input(data, size);
  check_content(input);
  const auto plain = open_jwe(boltseal::as_text(input), passphrase, 8192);
  if (!plain) return 0;
  check_content(plain->view());
  const auto sealed = seal_jwe(*plain, passphrase, system_random(), 1);
  if (!sealed) std::abort();
  const auto again = open_jwe(*sealed, passphrase);
  if (!again || again->text() != plain->text()) std::abort();
  return 0;
}
