#include "crypto/certificate_builder.h"

#include <algorithm>
#include <bit>

#include "crypto/digest.h"
#include "crypto/oids.h"

namespace boltseal::crypto {
namespace {

/// Go's asn1.isPrintable without '*' and '&'.
bool is_printable(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

void write_time(der::Writer& out, Time t) {
  std::string text = format_rfc3339_seconds(t);  // 2026-11-24T07:00:00Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
  const bool utc = text >= "1950" && text < "2050";  // RFC 5280, 4.1.2.5
  out.element(utc ? der::kUtcTime : der::kGeneralizedTime, as_bytes(utc ? text.substr(2) : text));
}

struct SignatureAlgorithm {
  Scheme scheme;
  ByteView oid;
  bool null_parameters;
};

SignatureAlgorithm signature_algorithm(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::ed25519:
      return {Scheme::ed25519, oid::kEd25519, false};
    case KeyAlgorithm::rsa:
      return {Scheme::rsa_pkcs1_sha256, oid::kRsaSha256, true};
    default:
      return {Scheme::ecdsa_der_sha256, oid::kEcdsaSha256, false};
  }
}

void write_serial(der::Writer& out, Random& random) {
  std::uint8_t serial[16];
  do random.fill(serial);
  while (std::all_of(std::begin(serial), std::end(serial), [](std::uint8_t octet) { return octet == 0; }));
  out.unsigned_integer(serial);
}

der::Writer write_tbs(const CertificateContent& content, const der::Writer& algorithm, Random& random) {
  der::Writer version;
  version.small_integer(2);
  der::Writer validity;
  write_time(validity, content.not_before);
  write_time(validity, content.not_after);
  der::Writer extensions;
  extensions.element(der::kSequence, content.extensions);
  der::Writer fields;
  fields.element(der::context(0), version);
  write_serial(fields, random);
  fields.element(der::kSequence, algorithm).raw(content.issuer).element(der::kSequence, validity);
  fields.raw(content.subject).raw(content.spki).element(der::context(3), extensions);
  der::Writer tbs;
  tbs.element(der::kSequence, fields);
  return tbs;
}

}  // namespace

ExtensionWriter& ExtensionWriter::add(ByteView oid, bool critical, const der::Writer& value) {
  der::Writer extension;
  extension.oid(oid);
  if (critical) extension.boolean(true);
  extension.element(der::kOctetString, value);
  list_.element(der::kSequence, extension);
  return *this;
}

ExtensionWriter& ExtensionWriter::key_usage(std::uint8_t bits) {
  const std::uint8_t octets[] = {static_cast<std::uint8_t>(std::countr_zero(bits)), bits};
  der::Writer value;
  value.element(der::kBitString, octets);
  return add(oid::kKeyUsage, true, value);
}

ExtensionWriter& ExtensionWriter::extended_key_usage(ByteView purpose) {
  der::Writer list;
  list.oid(purpose);
  der::Writer value;
  value.element(der::kSequence, list);
  return add(oid::kExtendedKeyUsage, false, value);
}

ExtensionWriter& ExtensionWriter::basic_constraints(bool ca) {
  der::Writer content;
  if (ca) content.boolean(true).small_integer(0);
  der::Writer value;
  value.element(der::kSequence, content);
  return add(oid::kBasicConstraints, true, value);
}

Result<Bytes> write_common_name(std::string_view common_name) {
  if (common_name.empty() || common_name.size() > 65'536 || !is_utf8(common_name))
    return fail(ErrorCode::bad_name, "common name of a certificate is empty, too long or no UTF-8");
  const bool printable = std::all_of(common_name.begin(), common_name.end(), is_printable);
  der::Writer attribute;
  attribute.oid(oid::kCommonName)
      .element(printable ? der::kPrintableString : der::kUtf8String, as_bytes(common_name));
  der::Writer pair;
  pair.element(der::kSequence, attribute);
  der::Writer set;
  set.element(der::kSet, pair);
  der::Writer name;
  name.element(der::kSequence, set);
  return name.take();
}

Bytes key_identifier(const PublicKey& key) {
  const Sha256& hash = key.identity();
  return Bytes(hash.begin(), hash.begin() + 20);
}

Result<Certificate> sign_certificate(Signer& signer, const CertificateContent& content, Random& random) {
  const PublicKeyPtr key = signer.public_key();
  if (!key) return fail(ErrorCode::bad_key, "signer has no public key");
  const SignatureAlgorithm kind = signature_algorithm(key->algorithm());
  der::Writer algorithm;
  algorithm.oid(kind.oid);
  if (kind.null_parameters) algorithm.null();
  const der::Writer tbs = write_tbs(content, algorithm, random);
  const Bytes signature = BS_TRY(signer.sign(kind.scheme, tbs.bytes()));
  der::Writer fields;
  fields.raw(tbs.bytes()).element(der::kSequence, algorithm).bit_string(signature);
  der::Writer certificate;
  certificate.element(der::kSequence, fields);
  return Certificate::from_der(certificate.bytes());
}

Result<Certificate> make_self_signed(Signer& signer, std::string_view common_name, Time not_before,
                                     Time not_after, Random& random) {
  const Bytes name = BS_TRY(write_common_name(common_name));
  const PublicKeyPtr key = signer.public_key();
  if (!key) return fail(ErrorCode::bad_key, "signer has no public key");
  ExtensionWriter extensions;  // in the order in which Go writes them
  extensions.key_usage(0xa0).extended_key_usage(oid::kCodeSigning).basic_constraints(false);
  return sign_certificate(signer, {name, name, not_before, not_after, key->spki(), extensions.bytes()},
                          random);
}

}  // namespace boltseal::crypto
