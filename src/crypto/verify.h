// Verification of one signature by one key: a yes or a no. Thresholds, roles and names are tuf's.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "crypto/public_key.h"

namespace boltseal::crypto {

enum class Scheme : std::uint8_t {
  ecdsa_der_sha256,  ///< ASN.1 SEQUENCE(r, s), strict DER (TUF 1.0)
  ecdsa_der_sha384,
  ecdsa_der_sha512,
  ecdsa_raw_sha256,       ///< r || s, each ceil(bits/8) bytes; SHA-256 on every curve (Notary's `ecdsa`)
  ed25519,                ///< RFC 8032, strict: small-order and non-canonical keys and R, S >= L are refused
  rsa_pss_sha256,         ///< MGF1 with SHA-256, any salt length
  rsa_pss_sha256_salt32,  ///< salt of exactly 32 bytes (Notary)
  rsa_pkcs1_sha256        ///< RSASSA-PKCS1-v1_5 (Notary's `rsapkcs1v15`)
};
std::string_view name_of(Scheme scheme);

/// Whether `signature` is `key`'s over `message`. A key of another kind than the scheme's, an RSA key below
/// 2048 bits, and a signature in another form than the scheme's (raw for DER, trailing bytes, r or s outside
/// [1, n-1], wrong length) are false. The curve is not tied to the hash here: a scheme name that implies a
/// curve ("ecdsa-sha2-nistp256") is compared with key.algorithm() by the codec that read the name.
/// Thread safe.
bool verify(const PublicKey& key, Scheme scheme, ByteView message, ByteView signature);
inline bool verify(const PublicKey& key, Scheme scheme, std::string_view message, ByteView signature) {
  return verify(key, scheme, as_bytes(message), signature);
}

/// The two forms of an ECDSA signature; `bits` is PublicKey::bits(). bad_format where the form is not strict
/// or r or s is zero or longer than the curve's order.
Result<Bytes> ecdsa_raw_to_der(ByteView raw, int bits);
Result<Bytes> ecdsa_der_to_raw(ByteView der, int bits);

}  // namespace boltseal::crypto
