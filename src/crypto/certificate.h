// X.509 certificates as facts: parsed by our strict DER reader, judged by tuf (root certificates) and
// policy. Whether a certificate may be used is never decided here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/public_key.h"
#include "crypto/random.h"
#include "crypto/signer.h"

namespace boltseal::crypto {

/// Bits of `key_usages`; other purposes are kept as kOtherUsage.
enum ExtendedKeyUsage : std::uint8_t {
  kServerAuth = 1,
  kClientAuth = 2,
  kCodeSigning = 4,
  kAnyUsage = 8,
  kOtherUsage = 16
};

/// One certificate. Immutable, cheap to copy (shared), thread safe.
class Certificate {
 public:
  /// bad_format: not strict DER, not X.509 v1 or v3, two common names, repeated extensions, bad dates.
  static Result<Certificate> from_der(ByteView der);

  const Bytes& der() const;
  std::string pem() const;  ///< `CERTIFICATE`, 64 columns, LF
  /// Subject's common name; empty where there is none. Text from outside.
  const std::string& common_name() const;
  ByteView subject() const;  ///< DER Name
  ByteView issuer() const;   ///< DER Name
  ByteView serial() const;   ///< content of the INTEGER as it stands
  Time not_before() const;
  Time not_after() const;  ///< years above 2261 are cut to the end of Time
  bool valid_at(Time t) const { return not_before() <= t && t <= not_after(); }
  bool is_ca() const;           ///< basicConstraints with CA:TRUE
  bool sha1_signed() const;     ///< signed with SHA-1 or MD5
  bool is_self_issued() const;  ///< issuer equals subject
  /// Purposes in the extension; nullopt where there is no such extension (all purposes).
  std::optional<std::uint8_t> key_usages() const;
  /// The key; null where its kind is not supported (DSA, other curves) or it is invalid. RSA below 2048 bits
  /// is there, with bits().
  PublicKeyPtr key() const;
  /// The subjectKeyIdentifier's octets; empty where there is none.
  ByteView subject_key_id() const;
  /// SHA-256 of the DER.
  const Sha256& fingerprint() const;

  /// For the parser in crypto/ alone.
  struct Facts;

 private:
  explicit Certificate(std::shared_ptr<const Facts> facts) : facts_(std::move(facts)) {}
  std::shared_ptr<const Facts> facts_;
};

/// Every certificate of a PEM text in order; at least one, at most 64; another kind of block is bad_format.
Result<std::vector<Certificate>> parse_certificates(std::string_view pem);

/// A leaf with the intermediates that came along.
struct CertificateBundle {
  Certificate leaf;
  std::vector<Certificate> intermediates;
};
/// As Notary's root keys: exactly one certificate that is no CA, which is the first (else bad_format).
Result<CertificateBundle> parse_bundle(std::string_view pem);

/// Root certificate as notary 0.7.0 makes it: X.509 v3, random 128-bit serial, issuer = subject = CN,
/// keyUsage critical digitalSignature + keyEncipherment, extKeyUsage codeSigning, basicConstraints critical
/// CA:FALSE, ecdsa-with-SHA256 (Ed25519 and RSA keys: Ed25519, sha256WithRSAEncryption), no key identifiers.
/// Times are cut to seconds. Errors: those of the signer; bad_name for an empty name or one over 64 KiB.
Result<Certificate> make_self_signed(Signer& signer, std::string_view common_name, Time not_before,
                                     Time not_after, Random& random);

enum class ChainPurpose : std::uint8_t {
  server_auth,                  ///< Go's default: no purposes at all, serverAuth or any, in leaf and CAs
  server_auth_or_code_signing,  ///< the same, and codeSigning
  any                           ///< whatever the extension says (signers of tokens)
};
/// Whether the leaf chains through the intermediates to one of the anchors (each a CA, not necessarily
/// self-signed) at a given time. SHA-1 signatures and keys below 112 bits of security are refused in the
/// chain, the anchor's own signature apart. root_not_trusted with the reason.
Result<void> verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const std::vector<Certificate>& anchors, Time at, ChainPurpose purpose);

}  // namespace boltseal::crypto
