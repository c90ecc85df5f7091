// Private keys in this process's memory. OpenSSL and libsodium hold the key; what is handed out is Secret.
#pragma once

#include <memory>

#include "base/secret.h"
#include "crypto/random.h"
#include "crypto/signer.h"

namespace boltseal::crypto {

/// Layout of a PKCS#8 PrivateKeyInfo.
enum class Pkcs8Style : std::uint8_t {
  notary,   ///< as notary 0.7.0: EC version 1, RSA without NULL, Ed25519 under 1.3.6.1.4.1.11591.15.1
  standard  ///< RFC 5958, 5915, 8017, 8410: what openssl and others read and write
};

class SoftwareKey;
using SoftwareKeyPtr = std::shared_ptr<SoftwareKey>;

/// Immutable and thread safe. Errors: bad_key (kind not supported, private and public part do not belong
/// together, RSA below 2048 bits), bad_format (not strict DER).
class SoftwareKey final : public Signer {
 public:
  /// ECDSA and Ed25519; RSA keys are only loaded. Takes its randomness from `random`.
  static Result<SoftwareKeyPtr> generate(KeyAlgorithm algorithm, Random& random = system_random());
  /// PrivateKeyInfo in either style, version 0 or 1.
  static Result<SoftwareKeyPtr> from_pkcs8(ByteView der);
  /// ECPrivateKey with its curve named inside (RFC 5915). A missing public part is derived.
  static Result<SoftwareKeyPtr> from_sec1(ByteView der);
  /// RSAPrivateKey with two primes (RFC 8017).
  static Result<SoftwareKeyPtr> from_pkcs1(ByteView der);
  /// 32 bytes of RFC 8032.
  static Result<SoftwareKeyPtr> from_ed25519_seed(ByteView seed);
  /// Big-endian private scalar in [1, n-1].
  static Result<SoftwareKeyPtr> from_ec_scalar(KeyAlgorithm curve, ByteView scalar);

  ~SoftwareKey() override;
  SoftwareKey(const SoftwareKey&) = delete;
  SoftwareKey& operator=(const SoftwareKey&) = delete;

  PublicKeyPtr public_key() const override { return public_key_; }
  Result<Bytes> sign(Scheme scheme, ByteView message) override;

  Result<Secret> to_pkcs8(Pkcs8Style style = Pkcs8Style::notary) const;
  /// SEC 1 ECPrivateKey with curve and public part; bad_key for other algorithms.
  Result<Secret> to_sec1() const;
  /// Unencrypted `PRIVATE KEY` PEM in the standard style (TLS key files).
  Result<Secret> to_pem() const;

 private:
  friend struct SoftwareKeyFactory;
  struct Native;
  SoftwareKey(PublicKeyPtr public_key, std::unique_ptr<Native> native);
  PublicKeyPtr public_key_;
  std::unique_ptr<Native> native_;
};

}  // namespace boltseal::crypto
