// Sealing: AES-256-GCM with associated data. The sealed form is nonce (12) || ciphertext || tag (16); the
// nonce is random, so one key must not seal more than 2^32 times.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/random.h"

namespace boltseal::crypto {

inline constexpr std::size_t kSealingKeyBytes = 32;
inline constexpr std::size_t kSealOverhead = 28;

/// `key` has 32 bytes (else bad_key). `associated` is not stored: open_sealed() needs the same.
Result<Bytes> seal(const Secret& key, ByteView plain, ByteView associated, Random& random);
/// bad_key where the key, the associated data or the sealed bytes are not those of seal().
Result<Secret> open_sealed(const Secret& key, ByteView sealed, ByteView associated);

}  // namespace boltseal::crypto
