// Writes and signs certificates. For crypto/ alone.
#pragma once

#include "crypto/certificate.h"
#include "crypto/der.h"

namespace boltseal::crypto {

/// The extensions of a certificate, in the order in which they are added.
class ExtensionWriter {
 public:
  ExtensionWriter& add(ByteView oid, bool critical, const der::Writer& value);
  /// Bits of RFC 5280, 4.2.1.3, the first bit (digitalSignature) highest: 0xa0 = digitalSignature,
  /// keyEncipherment.
  ExtensionWriter& key_usage(std::uint8_t bits);
  ExtensionWriter& extended_key_usage(ByteView purpose);
  ExtensionWriter& basic_constraints(bool ca);  ///< a CA may sign leaves only (path length 0)
  const Bytes& bytes() const { return list_.bytes(); }

 private:
  der::Writer list_;
};

struct CertificateContent {
  Bytes issuer;  ///< DER Name
  Bytes subject;
  Time not_before;
  Time not_after;
  ByteView spki;
  ByteView extensions;  ///< ExtensionWriter::bytes()
};

/// Name with one common name, as Go writes it: PrintableString where it can, else UTF8String. bad_name where
/// it is empty, over 64 KiB or no UTF-8.
Result<Bytes> write_common_name(std::string_view common_name);

/// First 160 bits of SHA-256 of the public key (RFC 7093, 2, method 1).
Bytes key_identifier(const PublicKey& key);

/// With a random serial of 128 bits. Errors of the signer; bad_key where its key makes no signature for
/// certificates.
Result<Certificate> sign_certificate(Signer& signer, const CertificateContent& content, Random& random);

}  // namespace boltseal::crypto
