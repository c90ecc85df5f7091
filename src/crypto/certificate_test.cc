#include "crypto/certificate.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/certificate_authority.h"
#include "crypto/der.h"
#include "crypto/oids.h"
#include "crypto/pem.h"
#include "crypto/pkcs8.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

Certificate load(const std::string& name) {
  return parse_certificates(vector_text("certificates/" + name + ".crt.pem"))->front();
}
Time at(const char* text) { return *parse_rfc3339(text); }
const Time kNow = at("2030-01-01T00:00:00Z");

TEST(Certificate, FactsOfNotarysRootCertificate) {
  const std::string pem = vector_text("notary/notary.root_x.crt.pem");
  const Certificate certificate = parse_certificates(pem)->front();
  EXPECT_EQ(certificate.common_name(), "127.0.0.1:5000/demo/app_x");
  EXPECT_EQ(format_rfc3339_seconds(certificate.not_before()), "2026-11-24T08:26:27Z");
  EXPECT_EQ(format_rfc3339_seconds(certificate.not_after()), "2036-11-21T08:26:27Z");
  EXPECT_FALSE(certificate.is_ca());
  EXPECT_FALSE(certificate.sha1_signed());
  EXPECT_TRUE(certificate.is_self_issued());
  EXPECT_EQ(certificate.key_usages(), kCodeSigning);
  EXPECT_EQ(certificate.key()->algorithm(), KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(certificate.pem(), pem);
  EXPECT_TRUE(certificate.valid_at(at("2026-11-24T08:26:27Z")));
  EXPECT_FALSE(certificate.valid_at(at("2026-11-24T08:26:26Z")));
  EXPECT_FALSE(certificate.valid_at(at("2036-11-21T08:26:28Z")));
}

TEST(Certificate, FactsOfOthers) {
  EXPECT_TRUE(load("ca").is_ca());
  EXPECT_TRUE(load("ca").is_self_issued());
  EXPECT_EQ(load("ca").common_name(), "Vector CA");
  EXPECT_EQ(load("ca").subject_key_id().size(), 20u);
  EXPECT_TRUE(load("int").is_ca());
  EXPECT_FALSE(load("int").is_self_issued());
  EXPECT_EQ(load("ca").key_usages(), std::nullopt);
  EXPECT_EQ(load("leaf.server").key_usages(), kServerAuth | kClientAuth);
  EXPECT_EQ(load("leaf.any").key_usages(), kAnyUsage);
  EXPECT_TRUE(load("leaf.sha1").sha1_signed());
  EXPECT_EQ(load("leaf.rsa1024").key()->bits(), 1024);
  EXPECT_FALSE(load("leaf.rsa1024").key()->usable());
  EXPECT_EQ(load("leaf.k1").key(), nullptr);
  EXPECT_EQ(load("leaf.rsa").key()->algorithm(), KeyAlgorithm::rsa);
  EXPECT_EQ(load("leaf.ed25519").key()->algorithm(), KeyAlgorithm::ed25519);
  EXPECT_EQ(load("leaf.nocn").common_name(), "");
  EXPECT_EQ(load("v1").common_name(), "v1");
  EXPECT_EQ(format_rfc3339_seconds(load("leaf.none").not_after()).substr(0, 4), "2125");  // GeneralizedTime
}

TEST(Certificate, RefusesTwoCommonNamesAndBrokenDer) {
  EXPECT_EQ(parse_certificates(vector_text("certificates/leaf.twocn.crt.pem")).error().code(),
            ErrorCode::bad_format);
  const Bytes der = load("leaf.code").der();
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_FALSE(Certificate::from_der(ByteView(der).first(size)));
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_FALSE(Certificate::from_der(longer));
}

/// Replaces the one occurrence of `from` (hex) in a DER by bytes of the same length.
Bytes patched(const Certificate& certificate, const std::string& from, const std::string& to) {
  std::string hex = hex_encode(certificate.der());
  const std::size_t place = hex.find(from);
  EXPECT_NE(place, std::string::npos);
  hex.replace(place, from.size(), to);
  return *hex_decode(hex);
}

TEST(Certificate, Dates) {
  const Certificate leaf = load("leaf.none");
  const std::string not_after = hex_encode(as_bytes("Z")) + "180f" + hex_encode(as_bytes("21250618"));
  const auto far =
      Certificate::from_der(patched(leaf, not_after, "5a180f" + hex_encode(as_bytes("99991231"))));
  ASSERT_TRUE(far) << far.error().what();
  EXPECT_GT(far->not_after(), at("2261-12-31T00:00:00Z"));
  for (const char* bad : {"21251318", "21250631", "2125 618", "2x250618"})
    EXPECT_FALSE(Certificate::from_der(patched(leaf, not_after, "5a180f" + hex_encode(as_bytes(bad)))))
        << bad;
}

TEST(Certificate, RepeatedExtensionsAreRefused) {
  // keyUsage of the notary certificate becomes a second extKeyUsage (2.5.29.15 -> .37).
  const Certificate certificate = parse_certificates(vector_text("notary/notary.root_x.crt.pem"))->front();
  EXPECT_FALSE(Certificate::from_der(patched(certificate, "0603551d0f", "0603551d25")));
}

TEST(Certificate, Bundles) {
  const std::string leaf = load("leaf.code").pem();
  const std::string intermediate = load("int").pem();
  const auto bundle = parse_bundle(leaf + intermediate);
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->leaf.common_name(), "docker.io/vector/app");
  EXPECT_EQ(bundle->intermediates.size(), 1u);
  EXPECT_TRUE(parse_bundle(leaf));
  EXPECT_FALSE(parse_bundle(intermediate + leaf));
  EXPECT_FALSE(parse_bundle(leaf + leaf));
  EXPECT_FALSE(parse_bundle(intermediate));
  EXPECT_FALSE(parse_bundle(""));
  EXPECT_FALSE(parse_bundle(leaf + vector_text("keys/p256.pub.pem")));
}

/// Same key, times, serial: the part that is signed equals Go's to the byte.
TEST(Certificate, MakesNotarysRootCertificateToTheByte) {
  for (const char* file : {"notary/notary.root_x.crt.pem", "notary/notary.root_plain.crt.pem"}) {
    const Certificate theirs = parse_certificates(vector_text(file))->front();
    struct Serial final : Random {
      Bytes serial;
      void fill(std::span<std::uint8_t> out) override {
        std::fill(out.begin(), out.end(), std::uint8_t{0});
        std::copy(serial.rbegin(), serial.rend(), out.rbegin());
      }
    } serial;
    serial.serial = to_bytes(theirs.serial());
    if (serial.serial.size() == 17) serial.serial.erase(serial.serial.begin());  // sign octet
    struct TheirKey final : Signer {
      PublicKeyPtr key;
      PublicKeyPtr public_key() const override { return key; }
      Result<Bytes> sign(Scheme, ByteView) override { return Bytes{1}; }
    } signer;
    signer.key = theirs.key();
    const auto ours =
        make_self_signed(signer, theirs.common_name(), theirs.not_before() + std::chrono::milliseconds(7),
                         theirs.not_after(), serial);
    ASSERT_TRUE(ours) << ours.error().what();
    const auto tbs = [](const Certificate& certificate) {
      der::Reader outer{ByteView(certificate.der())};
      der::Reader inner = *outer.enter(der::kSequence);
      return hex_encode(inner.next()->whole);
    };
    EXPECT_EQ(tbs(*ours), tbs(theirs)) << file;
  }
}

TEST(Certificate, SelfSignedNamesAreChecked) {
  const auto key = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  for (const std::string& name : {std::string(), std::string(70'000, 'x'), std::string("\xff")})
    EXPECT_EQ(make_self_signed(*key, name, kNow, kNow + kDay, system_random()).error().code(),
              ErrorCode::bad_name);
  const auto good = make_self_signed(*key, "docker.io/ü", kNow, kNow + kDay, system_random());
  EXPECT_EQ(good->common_name(), "docker.io/ü");
}

ErrorCode chain(const std::string& leaf, const std::vector<std::string>& intermediates, ChainPurpose purpose,
                Time time) {
  std::vector<Certificate> middle;
  for (const std::string& name : intermediates) middle.push_back(load(name));
  const auto result = verify_chain(load(leaf), middle, {load("ca")}, time, purpose);
  return result ? ErrorCode::internal : result.error().code();  // internal stands for "good"
}
constexpr ErrorCode kGood = ErrorCode::internal;
constexpr ErrorCode kRefused = ErrorCode::root_not_trusted;

TEST(CertificateChain, PurposesAsGoJudgesThem) {
  struct Case {
    const char* leaf;
    ErrorCode server;
    ErrorCode code;
  };
  for (const Case& c :
       {Case{"leaf.none", kGood, kGood}, Case{"leaf.server", kGood, kGood}, Case{"leaf.any", kGood, kGood},
        Case{"leaf.code", kRefused, kGood}, Case{"leaf.sha1", kRefused, kRefused},
        Case{"leaf.rsa1024", kRefused, kRefused}, Case{"leaf.rsa", kGood, kGood}}) {
    EXPECT_EQ(chain(c.leaf, {"int"}, ChainPurpose::server_auth, kNow), c.server) << c.leaf;
    EXPECT_EQ(chain(c.leaf, {"int"}, ChainPurpose::server_auth_or_code_signing, kNow), c.code) << c.leaf;
  }
}

TEST(CertificateChain, NeedsEveryLink) {
  EXPECT_EQ(chain("leaf.none", {}, ChainPurpose::server_auth, kNow), kRefused);
  EXPECT_EQ(chain("leaf.none", {"intnoca"}, ChainPurpose::server_auth, kNow), kRefused);
  EXPECT_EQ(chain("leaf.none", {"intclient"}, ChainPurpose::server_auth, kNow), kRefused);
  EXPECT_EQ(chain("leaf.none", {"int"}, ChainPurpose::server_auth, at("2020-01-01T00:00:00Z")), kRefused);
  EXPECT_EQ(chain("leaf.none", {"int"}, ChainPurpose::server_auth, at("2200-01-01T00:00:00Z")), kRefused);
  EXPECT_EQ(chain("v1", {"int"}, ChainPurpose::server_auth, kNow), kRefused);
  // Any CA of the bundle is an anchor, without its own issuer.
  EXPECT_TRUE(verify_chain(load("leaf.none"), {}, {load("int")}, kNow, ChainPurpose::server_auth));
  EXPECT_FALSE(verify_chain(load("leaf.none"), {load("int")}, {}, kNow, ChainPurpose::server_auth));
}

TEST(CertificateAuthority, ServerCertificateChainsToItsCa) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ed25519}) {
    const auto ca_key = *SoftwareKey::generate(algorithm);
    const auto server_key = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
    const auto ca = make_ca(*ca_key, "Boltseal CA", kNow, kNow + 3650 * kDay, system_random());
    ASSERT_TRUE(ca) << ca.error().what();
    EXPECT_TRUE(ca->is_ca());
    const ServerNames names{{"localhost", "trust.example.com"}, {"127.0.0.1", "::1"}};
    const auto server = issue_server_certificate(*ca_key, *ca, *server_key->public_key(), names, kNow,
                                                 kNow + 365 * kDay, system_random());
    ASSERT_TRUE(server) << server.error().what();
    EXPECT_EQ(server->common_name(), "localhost");
    EXPECT_TRUE(verify_chain(*server, {}, {*ca}, kNow + kDay, ChainPurpose::server_auth));
    EXPECT_FALSE(verify_chain(*server, {}, {load("ca")}, kNow + kDay, ChainPurpose::server_auth));
    const std::string hex = hex_encode(server->der());
    for (const char* name :
         {"82096c6f63616c686f7374", "87047f000001", "871000000000000000000000000000000001"})
      EXPECT_NE(hex.find(name), std::string::npos) << name;
  }
}

TEST(CertificateAuthority, ChecksNamesAndKeys) {
  const auto key = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  const auto other = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  const auto ca = make_ca(*key, "CA", kNow, kNow + kDay, system_random());
  const auto issue = [&](Signer& signer, const ServerNames& names) {
    return issue_server_certificate(signer, *ca, *other->public_key(), names, kNow, kNow + kDay,
                                    system_random());
  };
  EXPECT_EQ(issue(*other, {{"a"}, {}}).error().code(), ErrorCode::bad_key);
  for (const ServerNames& bad :
       {ServerNames{}, ServerNames{{"a b"}, {}}, ServerNames{{""}, {}}, ServerNames{{"a..b"}, {}},
        ServerNames{{}, {"1.2.3"}}, ServerNames{{std::string("a\0b", 3)}, {}}})
    EXPECT_EQ(issue(*key, bad).error().code(), ErrorCode::bad_name);
  EXPECT_TRUE(issue(*key, {{}, {"10.0.0.1"}}));
  EXPECT_TRUE(issue(*key, {{"*.example.com"}, {}}));
}

}  // namespace
}  // namespace boltseal::crypto
