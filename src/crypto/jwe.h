// Private keys as notary-signer keeps them in its table: compact JWE (RFC 7516, 7.1) with PBES2-HS256+A128KW
// (RFC 7518, 4.8) and A256GCM, and the plain bytes inside (NOTARY-SERVER.md 5.4). Pure, thread safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/random.h"
#include "crypto/software_key.h"

namespace boltseal::crypto {

inline constexpr std::string_view kJweKeyWrap = "PBES2-HS256+A128KW";
inline constexpr std::string_view kJweEncryption = "A256GCM";

/// Rounds of PBKDF2 for what we seal. notary-signer takes 8192, which is low; the JOSE libraries that its
/// successors may be built with refuse more than 1,000,000 (a header must not buy hours of CPU time). 210,000
/// cost some 40 ms, once for each key that a process opens.
inline constexpr std::uint64_t kJweIterations = 210'000;
/// Bound on what a row may ask us to compute: some 200 ms.
inline constexpr std::uint64_t kMaxJweIterations = 1'000'000;

/// The content of a JWE of exactly this kind: five parts, a header of the members alg, enc, p2c, p2s and no
/// other. bad_passphrase: the passphrase does not unwrap it. bad_format: another kind, or no strict base64url
/// without padding. limit_exceeded: p2c above `max_iterations`. bad_key: the content was changed.
Result<Secret> open_jwe(std::string_view compact, const Secret& passphrase,
                        std::uint64_t max_iterations = kMaxJweIterations);

/// A JWE of `plain`; notary-signer and every JOSE library read it.
Result<std::string> seal_jwe(const Secret& plain, const Secret& passphrase, Random& random,
                             std::uint64_t iterations = kJweIterations);

/// The bytes inside: for ECDSA a SEC 1 ECPrivateKey, for Ed25519 public key (32) || seed (32) || public key.
/// bad_key for RSA.
Result<Secret> to_signer_bytes(const SoftwareKey& key);
/// bad_format, bad_key: no such bytes of this algorithm (ECDSA P-256 or Ed25519), or the parts do not belong
/// together.
Result<SoftwareKeyPtr> from_signer_bytes(KeyAlgorithm algorithm, ByteView bytes);

}  // namespace boltseal::crypto
