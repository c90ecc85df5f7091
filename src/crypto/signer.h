// Who can sign: a software key, a token, a remote signer. The rooms above know only this class.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/public_key.h"
#include "crypto/verify.h"

namespace boltseal::crypto {

/// Thread safety is the implementation's; SoftwareKey is thread safe.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual PublicKeyPtr public_key() const = 0;
  /// Signature over `message` in the scheme's form. RSA-PSS always signs with a salt of 32 bytes. bad_key
  /// where the scheme does not fit the key; implementations add their own errors (network, token).
  virtual Result<Bytes> sign(Scheme scheme, ByteView message) = 0;
  Result<Bytes> sign_text(Scheme scheme, std::string_view message) { return sign(scheme, as_bytes(message)); }
};

/// Whether a key of this algorithm can make and verify this scheme at all.
bool fits(KeyAlgorithm algorithm, Scheme scheme);

}  // namespace boltseal::crypto
