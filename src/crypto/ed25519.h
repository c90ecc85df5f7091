// Ed25519 through libsodium, which is twice as fast as OpenSSL 3.0 and stricter. For crypto/ alone.
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

namespace boltseal::crypto {

/// Refuses keys and R of small order, keys that are not canonical, S >= L. `key` has 32 bytes.
bool ed25519_verify(ByteView key, ByteView message, ByteView signature);

/// `expanded` is seed || public key (64 bytes).
Bytes ed25519_sign(const Secret& expanded, ByteView message);
/// seed || public key from a seed of 32 bytes.
Secret ed25519_expand(ByteView seed);

}  // namespace boltseal::crypto
