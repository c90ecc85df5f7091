// Public keys as JSON Web Keys (RFC 7517, 7518 section 6, 8037 section 2), and the two ways to name a key
// that tokens use.
#pragma once

#include <string>

#include "crypto/public_key.h"
#include "json/value.h"

namespace boltseal::crypto {

/// `kty` RSA (n, e), EC (crv P-256, P-384, P-521; x, y of exactly the curve's length), OKP (crv Ed25519; x).
/// Members that say more (`kid`, `use`, `alg`) are the caller's. bad_format; bad_key for other kinds (`oct`
/// is one) and for keys that the factories of PublicKey refuse.
Result<PublicKeyPtr> public_key_of_jwk(const json::Value& jwk);

/// RFC 7638 with SHA-256, base64url.
std::string jwk_thumbprint(const PublicKey& key);

/// As Docker's libtrust: base32 of the first 240 bits of SHA-256 over the SPKI, in 12 groups of 4 with colons
/// between.
std::string libtrust_fingerprint(const PublicKey& key);

}  // namespace boltseal::crypto
