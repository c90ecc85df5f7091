#include "crypto/ed25519.h"

#include <sodium.h>

#include <cstdlib>

namespace boltseal::crypto {
namespace {

/// libsodium picks the best code for this processor once.
void start_sodium() {
  static const int status = sodium_init();
  if (status < 0) std::abort();
}

}  // namespace

bool ed25519_verify(ByteView key, ByteView message, ByteView signature) {
  if (key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) return false;
  start_sodium();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

Bytes ed25519_sign(const Secret& expanded, ByteView message) {
  start_sodium();
  Bytes signature(crypto_sign_BYTES);
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), expanded.view().data());
  return signature;
}

Secret ed25519_expand(ByteView seed) {
  start_sodium();
  Secret expanded(crypto_sign_SECRETKEYBYTES);
  std::uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(public_key, expanded.data(), seed.data());
  return expanded;
}

}  // namespace boltseal::crypto
