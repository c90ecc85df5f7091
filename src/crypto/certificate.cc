#include "crypto/certificate.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "crypto/certificate_facts.h"
#include "crypto/der.h"
#include "crypto/digest.h"
#include "crypto/key_cache.h"
#include "crypto/oids.h"
#include "crypto/pem.h"

namespace boltseal::crypto {
namespace {

constexpr std::size_t kMaxDer = 256u << 10;
constexpr std::size_t kMaxCertificates = 64;

tl::unexpected<Error> bad_certificate(const char* what) {
  return fail(ErrorCode::bad_format, std::string("bad certificate: ") + what);
}

/// YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280, 4.1.2.5); beyond what Time holds, its last second.
Result<Time> read_time(der::Reader& reader) {
  const der::Reader::Element element = BS_TRY(reader.next());
  std::string digits(as_text(element.content));
  if (element.tag == der::kUtcTime && digits.size() == 13) {
    digits.insert(0, digits[0] >= '5' ? "19" : "20");
  } else if (element.tag != der::kGeneralizedTime || digits.size() != 15) {
    return bad_certificate("a date has another form than RFC 5280 allows");
  }
  // parse_rfc3339 judges the fields; a year that Time cannot hold is cut first.
  static constexpr Time kLast = std::chrono::floor<std::chrono::seconds>(Time::max());
  const bool far = digits.compare(0, 4, "2261") > 0;
  const std::string year = far ? "2260" : digits.substr(0, 4);
  const std::string text = year + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2) + "T" +
                           digits.substr(8, 2) + ":" + digits.substr(10, 2) + ":" + digits.substr(12);
  const bool year_of_digits =
      std::all_of(digits.begin(), digits.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
  const auto time = parse_rfc3339_seconds(text);
  if (!year_of_digits || !time) return bad_certificate("a date does not exist or has no seconds or Z");
  return far ? kLast : *time;
}

Result<std::string> read_text(const der::Reader::Element& value) {
  const std::string_view text = as_text(value.content);
  const bool ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const bool good = value.tag == der::kUtf8String
                        ? is_utf8(text)
                        : ascii && (value.tag == der::kPrintableString || value.tag == der::kIa5String ||
                                    value.tag == der::kT61String);
  if (!good) return bad_certificate("common name is no UTF-8 or has an odd type");
  return std::string(text);
}

Result<std::string> read_common_name(ByteView name) {
  der::Reader sets(name);
  std::string common_name;
  bool found = false;
  while (!sets.at_end()) {
    der::Reader attributes = BS_TRY(sets.enter(der::kSet));
    while (!attributes.at_end()) {
      der::Reader attribute = BS_TRY(attributes.enter(der::kSequence));
      const ByteView kind = BS_TRY(attribute.read(der::kOid));
      const der::Reader::Element value = BS_TRY(attribute.next());
      BS_TRY(attribute.end());
      if (!oid::equal(kind, oid::kCommonName)) continue;
      if (found) return bad_certificate("two common names");
      common_name = BS_TRY(read_text(value));
      found = true;
    }
  }
  return common_name;
}

/// Whether the signature uses SHA-1 or MD5. RSASSA-PSS without a hash means SHA-1 (RFC 4055, 3.1).
Result<bool> read_signature_algorithm(der::Reader algorithm) {
  const ByteView kind = BS_TRY(algorithm.read(der::kOid));
  for (const ByteView weak : {ByteView(oid::kRsaSha1), ByteView(oid::kRsaMd5), ByteView(oid::kEcdsaSha1),
                              ByteView(oid::kDsaSha1), ByteView(oid::kOiwRsaSha1)})
    if (oid::equal(kind, weak)) return true;
  if (!oid::equal(kind, oid::kRsaPss)) return false;
  if (algorithm.peek() != der::kSequence) return true;
  der::Reader parameters = BS_TRY(algorithm.enter(der::kSequence));
  if (parameters.peek() != der::context(0)) return true;
  der::Reader hash = BS_TRY(parameters.enter(der::context(0)));
  der::Reader hash_algorithm = BS_TRY(hash.enter(der::kSequence));
  return oid::equal(BS_TRY(hash_algorithm.read(der::kOid)), oid::kSha1);
}

Result<bool> read_boolean(der::Reader& reader) {
  const ByteView content = BS_TRY(reader.read(der::kBoolean));
  if (content.size() != 1 || (content[0] != 0x00 && content[0] != 0xff))
    return bad_certificate("bad BOOLEAN");
  return content[0] == 0xff;
}

Result<void> read_basic_constraints(der::Reader value, Certificate::Facts& facts) {
  der::Reader constraints = BS_TRY(value.enter(der::kSequence));
  BS_TRY(value.end());
  if (constraints.peek() == der::kBoolean) facts.is_ca = BS_TRY(read_boolean(constraints));
  if (!constraints.at_end())
    BS_TRY(constraints.small_integer());  // path length: for the chain's verification
  return constraints.end();
}

Result<void> read_key_usages(der::Reader value, Certificate::Facts& facts) {
  der::Reader purposes = BS_TRY(value.enter(der::kSequence));
  BS_TRY(value.end());
  unsigned usages = 0;
  while (!purposes.at_end()) {
    const ByteView purpose = BS_TRY(purposes.read(der::kOid));
    if (oid::equal(purpose, oid::kServerAuth))
      usages |= kServerAuth;
    else if (oid::equal(purpose, oid::kClientAuth))
      usages |= kClientAuth;
    else if (oid::equal(purpose, oid::kCodeSigning))
      usages |= kCodeSigning;
    else if (oid::equal(purpose, oid::kAnyUsage))
      usages |= kAnyUsage;
    else
      usages |= kOtherUsage;
  }
  facts.key_usages = static_cast<std::uint8_t>(usages);
  return {};
}

Result<void> read_extensions(der::Reader wrapped, Certificate::Facts& facts) {
  der::Reader extensions = BS_TRY(wrapped.enter(der::kSequence));
  BS_TRY(wrapped.end());
  std::vector<ByteView> seen;
  while (!extensions.at_end()) {
    der::Reader extension = BS_TRY(extensions.enter(der::kSequence));
    const ByteView kind = BS_TRY(extension.read(der::kOid));
    if (extension.peek() == der::kBoolean) BS_TRY(read_boolean(extension));
    der::Reader value = BS_TRY(extension.enter(der::kOctetString));
    BS_TRY(extension.end());
    if (std::any_of(seen.begin(), seen.end(), [&](ByteView other) { return oid::equal(other, kind); }))
      return bad_certificate("an extension stands twice");
    if (seen.size() == 64) return bad_certificate("over 64 extensions");
    seen.push_back(kind);
    if (oid::equal(kind, oid::kBasicConstraints))
      BS_TRY(read_basic_constraints(value, facts));
    else if (oid::equal(kind, oid::kExtendedKeyUsage))
      BS_TRY(read_key_usages(value, facts));
    else if (oid::equal(kind, oid::kSubjectKeyId))
      facts.subject_key_id = BS_TRY(value.read(der::kOctetString));
  }
  return {};
}

/// [0] version: absent for v1, else v3.
Result<bool> read_is_v3(der::Reader& tbs) {
  if (tbs.peek() != der::context(0)) return false;
  der::Reader version = BS_TRY(tbs.enter(der::context(0)));
  if (BS_TRY(version.small_integer()) != 2) return bad_certificate("version is neither 1 nor 3");
  BS_TRY(version.end());
  return true;
}

Result<void> read_tbs(der::Reader tbs, ByteView outer_algorithm, Certificate::Facts& facts) {
  const bool v3 = BS_TRY(read_is_v3(tbs));
  facts.serial = BS_TRY(tbs.read(der::kInteger));
  if (facts.serial.empty() || facts.serial.size() > 32)
    return bad_certificate("serial number has a wrong length");
  const ByteView algorithm = BS_TRY(tbs.read(der::kSequence));
  if (!oid::equal(algorithm, outer_algorithm)) return bad_certificate("names two signature algorithms");
  facts.sha1_signed = BS_TRY(read_signature_algorithm(der::Reader(algorithm)));
  const auto issuer = BS_TRY(tbs.next());
  der::Reader validity = BS_TRY(tbs.enter(der::kSequence));
  facts.not_before = BS_TRY(read_time(validity));
  facts.not_after = BS_TRY(read_time(validity));
  BS_TRY(validity.end());
  const auto subject = BS_TRY(tbs.next());
  if (issuer.tag != der::kSequence || subject.tag != der::kSequence) return bad_certificate("a name is none");
  facts.issuer = issuer.whole;
  facts.subject = subject.whole;
  facts.common_name = BS_TRY(read_common_name(subject.content));
  const auto spki = BS_TRY(tbs.next());
  if (spki.tag != der::kSequence) return bad_certificate("no public key");
  facts.spki = spki.whole;
  if (v3 && tbs.peek() == der::context(3)) BS_TRY(read_extensions(BS_TRY(tbs.enter(der::context(3))), facts));
  return tbs.end();
}

}  // namespace

Result<Certificate> Certificate::from_der(ByteView der) {
  if (der.size() > kMaxDer) return fail(ErrorCode::limit_exceeded, "certificate is larger than 256 KiB");
  auto facts = std::make_shared<Facts>();
  facts->der = to_bytes(der);
  der::Reader outer{ByteView(facts->der)};
  der::Reader certificate = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  const der::Reader tbs = BS_TRY(certificate.enter(der::kSequence));
  const ByteView algorithm = BS_TRY(certificate.read(der::kSequence));
  BS_TRY(certificate.bit_string());
  BS_TRY(certificate.end());
  BS_TRY(read_tbs(tbs, algorithm, *facts));
  facts->fingerprint = crypto::sha256(ByteView(facts->der));
  if (auto key = key_cache().from_spki(facts->spki); key) facts->key = std::move(*key);
  return Certificate(std::move(facts));
}

const Bytes& Certificate::der() const { return facts_->der; }
std::string Certificate::pem() const { return pem_text("CERTIFICATE", facts_->der); }
const std::string& Certificate::common_name() const { return facts_->common_name; }
ByteView Certificate::subject() const { return facts_->subject; }
ByteView Certificate::issuer() const { return facts_->issuer; }
ByteView Certificate::serial() const { return facts_->serial; }
Time Certificate::not_before() const { return facts_->not_before; }
Time Certificate::not_after() const { return facts_->not_after; }
bool Certificate::is_ca() const { return facts_->is_ca; }
bool Certificate::sha1_signed() const { return facts_->sha1_signed; }
bool Certificate::is_self_issued() const { return oid::equal(facts_->issuer, facts_->subject); }
std::optional<std::uint8_t> Certificate::key_usages() const { return facts_->key_usages; }
PublicKeyPtr Certificate::key() const { return facts_->key; }
ByteView Certificate::subject_key_id() const { return facts_->subject_key_id; }
const Sha256& Certificate::fingerprint() const { return facts_->fingerprint; }

Result<std::vector<Certificate>> parse_certificates(std::string_view pem) {
  std::vector<Certificate> certificates;
  for (const PemBlock& block : BS_TRY(pem_read_all(pem))) {
    if (block.type != "CERTIFICATE")
      return bad_certificate("a PEM block of another type stands among certificates");
    if (certificates.size() == kMaxCertificates)
      return fail(ErrorCode::limit_exceeded, "over 64 certificates");
    certificates.push_back(BS_TRY(Certificate::from_der(block.der)));
  }
  if (certificates.empty()) return bad_certificate("no certificate in the text");
  return certificates;
}

Result<CertificateBundle> parse_bundle(std::string_view pem) {
  std::vector<Certificate> all = BS_TRY(parse_certificates(pem));
  if (all.front().is_ca()) return bad_certificate("the first of a bundle is a CA, not a leaf");
  CertificateBundle bundle{all.front(), {}};
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (!all[i].is_ca()) return bad_certificate("a bundle has two leaves");
    bundle.intermediates.push_back(all[i]);
  }
  return bundle;
}

}  // namespace boltseal::crypto
