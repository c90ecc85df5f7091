// Signatures of JSON Web Signature (RFC 7518, 3.1; RFC 8037, 3.1): a closed list. `none`, the HMAC family and
// RSASSA-PSS are not on it, so that no header can name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "crypto/public_key.h"

namespace boltseal::crypto {

enum class JwsAlgorithm : std::uint8_t { rs256, rs384, rs512, es256, es384, es512, eddsa };

/// "RS256", ..., "EdDSA", in exactly this spelling.
std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name);

/// Whether the key is of the kind that the algorithm is defined for: RS* RSA of at least 2048 bits, ES256
/// P-256, ES384 P-384, ES512 P-521, EdDSA Ed25519.
bool fits(const PublicKey& key, JwsAlgorithm algorithm);

/// Whether `signature` (ECDSA: r || s) is the key's over `message`; false where the key does not fit.
/// Thread safe.
bool verify_jws(const PublicKey& key, JwsAlgorithm algorithm, std::string_view message, ByteView signature);

}  // namespace boltseal::crypto
