// Public keys: immutable, validated when made, ready to verify. Loading goes through our own strict DER
// reader and EVP_PKEY_fromdata (OpenSSL 3.0's d2i_PUBKEY costs six times as much); points are checked to lie
// on their curve. Load through crypto/key_cache.h where the same key may come again.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/names.h"
#include "base/result.h"

namespace boltseal::crypto {

enum class KeyAlgorithm : std::uint8_t { ecdsa_p256, ecdsa_p384, ecdsa_p521, ed25519, rsa };
std::string_view name_of(KeyAlgorithm algorithm);  ///< "ecdsa-p256", ..., "ed25519", "rsa"
constexpr bool is_ecdsa(KeyAlgorithm a) { return a <= KeyAlgorithm::ecdsa_p521; }

class PublicKey;
using PublicKeyPtr = std::shared_ptr<const PublicKey>;

/// Thread safe. Errors of the factories: bad_format (not strict DER, PEM or the right length), bad_key (kind
/// or curve not supported, point not on the curve, RSA parameters out of bounds).
class PublicKey {
 public:
  /// SubjectPublicKeyInfo (RFC 5280): EC named curves P-256, P-384, P-521 with an uncompressed or compressed
  /// point, Ed25519 (RFC 8410), RSA of 512..8192 bits with an odd exponent of 3..2^31-1.
  static Result<PublicKeyPtr> from_spki(ByteView der);
  /// The first block, which is `PUBLIC KEY` (SPKI) or `RSA PUBLIC KEY` (PKCS#1).
  static Result<PublicKeyPtr> from_pem(std::string_view pem);
  /// 32 bytes (RFC 8032). Points of small order and non-canonical encodings load, but never verify.
  static Result<PublicKeyPtr> from_ed25519(ByteView raw);
  /// Uncompressed or compressed point (SEC 1, 2.3.3) on the curve of an ECDSA algorithm.
  static Result<PublicKeyPtr> from_ec_point(KeyAlgorithm curve, ByteView point);

  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;
  ~PublicKey();

  KeyAlgorithm algorithm() const { return algorithm_; }
  /// RSA: bits of the modulus. EC: bits of the order (256, 384, 521). Ed25519: 256.
  int bits() const { return bits_; }
  /// False for RSA below 2048 bits: such a key loads, so that it can be named, and verifies nothing.
  bool usable() const { return algorithm_ != KeyAlgorithm::rsa || bits_ >= 2048; }
  /// DER SubjectPublicKeyInfo in one normal form: the point uncompressed, RSA with NULL parameters. Equal
  /// keys have equal bytes, however they were encoded.
  const Bytes& spki() const { return spki_; }
  /// `PUBLIC KEY` PEM of spki(), 64 columns, LF, final LF.
  std::string pem() const;
  /// 32 bytes; empty for other algorithms.
  ByteView raw_ed25519() const;
  /// Uncompressed point 04 || x || y; empty for other algorithms.
  ByteView ec_point() const;
  /// SHA-256 of spki(): what thresholds count (SECURITY rule 7).
  const Sha256& identity() const { return identity_; }
  bool operator==(const PublicKey& other) const { return identity_ == other.identity_; }

  /// For the files of crypto/ alone (crypto/openssl.h).
  struct Native;
  const Native& native() const { return *native_; }

 private:
  friend struct PublicKeyFactory;
  PublicKey(KeyAlgorithm algorithm, int bits, Bytes spki, std::unique_ptr<Native> native);
  KeyAlgorithm algorithm_;
  int bits_;
  Bytes spki_;
  Sha256 identity_;
  std::unique_ptr<Native> native_;
};

}  // namespace boltseal::crypto
