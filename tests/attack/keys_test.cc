// Group K: keys, thresholds, signatures, and what a stolen key is good for.
#include <algorithm>
#include <ctime>

#include "base/encoding.h"
#include "base/limits.h"
#include "tests/attack/attack.h"
#include "tuf/verify_threshold.h"

namespace boltseal::test {
namespace {

constexpr std::string_view kRsa1024 = R"(-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCyx1AlSLLhQUXaRX7RbDleUJ6s
Tl26RX2y4Y27f1fi2opRpiMWwXvPRd84p2Hpc/lHrzzdIGXlEKrYuAII22/FRrQF
4EfZSFAkdXrDkOXwT/e/SoXe4wl8gsTzNPbWevV+EXXfGH2qM6oINiK6fnU8vqhn
GRt2rv2X+tbZeK11xQIDAQAB
-----END PUBLIC KEY-----
)";
constexpr std::string_view kRsa2048 = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzO703Uqf1mhbtvTPpOtW
+B9XffO2wL846yqFkk6X35WU1Ia0lq3UrWorhKyInMwoQKC0Hz10WOYD0y/zd9H0
GQWmg9IGynMe4nCAka0LJ2rLwUsmVqu000fR7eEuECvyWcHe3B7jCOzNBVRm80EY
vEWRW/KW56ueV0HDFyY+6txGGVEs9XZYGlfy18cEU7E283JUo+KWCKhN3ii7R/3z
uyOxTSjmd0bA+3atc5U1hWU/qlL0TejV2H3pinyyUWdc6b+F2I3fRyJyPLr2WqPX
uO83XVGB3jh4vJlVnYRYOt1HC+os0d5r9K6kDqJ+buwLqdgS+EzUpkCNC3/6cnE6
fwIDAQAB
-----END PUBLIC KEY-----
)";

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

/// A TUF 1.0 key object as somebody might write it.
tuf::Key tuf1_key(std::string_view keytype, std::string_view scheme, std::string_view public_text) {
  auto key = tuf::parse_key(Form::tuf1, R"({"keytype":")" + std::string(keytype) + R"(","scheme":")" +
                                            std::string(scheme) + R"(","keyval":{"public":")" +
                                            one_line(public_text) + R"("}})");
  EXPECT_TRUE(succeeds(key));
  return *key;
}

tuf::Key notary_key(std::string_view keytype, std::string_view public_text) {
  auto key = tuf::parse_key(Form::notary, R"({"keytype":")" + std::string(keytype) +
                                              R"(","keyval":{"private":null,"public":")" +
                                              std::string(public_text) + R"("}})");
  EXPECT_TRUE(succeeds(key));
  return *key;
}

/// Lists `keys` for the targets role, which they then sign, and publishes a root that says so.
void list_for_targets(Simulator& repo, const TestKeys& keys, std::int64_t threshold) {
  repo.set_keys(RoleName::targets(), keys, threshold);
  repo.publish_root();
  repo.publish();
}

TEST_P(Attack, K1_OneKeyUnderNineIds) {
  Simulator repo(form());
  const TestKey one = make_key(form());
  TestKeys nine;
  for (int i = 0; i < 9; ++i) {
    TestKey copy = one;
    copy.listed.id = std::string(63, 'a') + static_cast<char>('0' + i);
    nine.push_back(copy);
  }
  repo.set_keys(RoleName::targets(), nine, 6);
  ++repo.root.version;
  repo.sign_root();
  repo.publish();
  Client client(repo);
  // Notary's ids are bound to the key, so the root itself can't be read.
  EXPECT_TRUE(fails_with(client.refresh(), tuf1() ? ErrorCode::threshold_not_met : ErrorCode::bad_format));
}

TEST_P(Attack, K2_OneSignatureRepeated) {
  Simulator repo(form());
  const TestKey first = make_key(form());
  list_for_targets(repo, {first, make_key(form())}, 2);
  const tuf::Payload payload = tuf::write_payload(repo.file(RoleName::targets()));
  const tuf::Signature signature = sign_text(form(), first, payload.canonical);
  repo.served[RoleName::targets()] =
      tuf::assemble(form(), payload.wire, std::vector<tuf::Signature>{signature, signature});
  repo.sign_snapshot();
  repo.sign_timestamp();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), tuf1() ? ErrorCode::bad_format : ErrorCode::threshold_not_met));
  EXPECT_FALSE(client.disk.contains(RoleName::targets()));
}

TEST_F(AttackTuf1, K3_OnePublicKeyInTwoSpellings) {
  Simulator repo(kForm);
  const TestKey pair = make_key(kForm, crypto::KeyAlgorithm::ecdsa_p256);
  const std::string pem = pair.signer->public_key()->pem();
  const std::string no_newline = pem.substr(0, pem.size() - 1);
  const TestKeys spellings = {{pair.signer, tuf1_key("ecdsa", "ecdsa-sha2-nistp256", pem)},
                              {pair.signer, tuf1_key("ecdsa", "ecdsa-sha2-nistp256", no_newline)},
                              {pair.signer, tuf1_key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", pem)}};
  list_for_targets(repo, spellings, 2);
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
}

TEST_F(AttackNotary, K3_OnePublicKeyPlainAndInACertificate) {
  Simulator repo(kForm);
  const TestKey plain = make_key(kForm);
  list_for_targets(repo, {plain, certify(plain.signer, kGun), certify(plain.signer, "someone else")}, 2);
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
}

TEST_P(Attack, K4_Thresholds) {
  for (const char* threshold : {"0", "-1", "9223372036854775808", "18446744073709551617", "\"1\"", "1.5",
                                "true", "null", "[1]", "1e0"}) {
    Simulator repo(form());
    repo.before_signing[RoleName::root()] = [threshold](std::string& text) {
      replace_first(text, "\"threshold\":1", "\"threshold\":" + std::string(threshold));
    };
    repo.sign_root();
    Client client(repo);
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format)) << threshold;
    EXPECT_TRUE(repo.requests.empty());
  }
}

TEST_P(Attack, K4_ThresholdOfADelegation) {
  for (const char* threshold : {"0", "-1", "\"1\"", "1.5", "true"}) {
    Simulator repo(form());
    repo.delegate(RoleName::targets(), "targets/releases", {"*"});
    repo.before_signing[RoleName::targets()] = [threshold](std::string& text) {
      replace_first(text, "\"threshold\":1", "\"threshold\":" + std::string(threshold));
    };
    repo.publish({RoleName::targets(), RoleName::releases()});
    Client client(repo);
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format)) << threshold;
  }
}

TEST_P(Attack, K5_ThresholdAboveTheNumberOfKeys) {
  for (const std::int64_t threshold : {std::int64_t{2}, std::int64_t{1} << 31, limits::kMaxInteger}) {
    Simulator repo(form());
    list_for_targets(repo, {make_key(form())}, threshold);
    Client client(repo);
    const auto done = client.refresh();
    ASSERT_FALSE(done.has_value());
    EXPECT_THAT(done.error().code(), testing::AnyOf(ErrorCode::threshold_not_met, ErrorCode::bad_format));
    EXPECT_FALSE(client.disk.contains(RoleName::targets()));
  }
}

/// An unusable key verifies nothing, whoever signs under its id.
void expect_unusable(Form form, const tuf::Key& key) {
  EXPECT_FALSE(key.can_verify()) << key.keytype << " " << key.scheme;
  Simulator repo(form);
  TestKey mixed = make_key(form);
  mixed.listed.id = key.id;  // the signature names the odd key
  repo.set_keys(RoleName::targets(), {{mixed.signer, key}});
  repo.root.keys.insert_or_assign(key.id, key);
  repo.signers[RoleName::targets()] = {mixed};
  repo.publish_root();
  repo.publish();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met)) << key.keytype << " " << key.scheme;
}

TEST_F(AttackTuf1, K6_WrongKeyTypes) {
  const std::string p256 = make_key(kForm, crypto::KeyAlgorithm::ecdsa_p256).signer->public_key()->pem();
  const std::string p384 = make_key(kForm, crypto::KeyAlgorithm::ecdsa_p384).signer->public_key()->pem();
  expect_unusable(kForm, tuf1_key("ecdsa", "ecdsa-sha2-nistp256", kRsa2048));
  expect_unusable(kForm, tuf1_key("ecdsa", "ecdsa-sha2-nistp256", p384));
  expect_unusable(kForm, tuf1_key("ecdsa", "ecdsa-sha2-nistp384", p256));
  expect_unusable(kForm, tuf1_key("rsa", "rsassa-pss-sha256", p256));
  expect_unusable(kForm, tuf1_key("rsa", "rsassa-pss-sha256", kRsa1024));
  expect_unusable(kForm, tuf1_key("ed25519", "ed25519", std::string(62, '0')));
  expect_unusable(kForm, tuf1_key("ed25519", "ed25519", p256));
  expect_unusable(kForm, tuf1_key("ecdsa", "ecdsa-sha2-nistp256", "-----BEGIN PUBLIC KEY-----"));
  EXPECT_TRUE(tuf1_key("rsa", "rsassa-pss-sha256", kRsa2048).can_verify());
}

TEST_F(AttackNotary, K6_WrongKeyTypes) {
  const auto spki = [](const TestKey& key) { return base64_encode(key.signer->public_key()->spki()); };
  const TestKey ecdsa = make_key(kForm);
  const TestKey eddsa = make_key(kForm, crypto::KeyAlgorithm::ed25519);
  expect_unusable(kForm, notary_key("rsa", spki(ecdsa)));
  expect_unusable(kForm, notary_key("ecdsa", spki(eddsa)));
  expect_unusable(kForm, notary_key("ed25519", spki(ecdsa)));
  expect_unusable(kForm, notary_key("ed25519", base64_encode(Bytes(31, 1))));
  expect_unusable(kForm, notary_key("ecdsa-x509", spki(ecdsa)));
  expect_unusable(kForm, notary_key("ecdsa", "AAAA"));
}

TEST_P(Attack, K7_SignaturesInTheOtherPackaging) {
  Simulator repo(form());
  const TestKey key = make_key(form(), crypto::KeyAlgorithm::ecdsa_p256);
  list_for_targets(repo, {key}, 1);
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  const tuf::Payload payload = tuf::write_payload(repo.file(RoleName::targets()));
  const Bytes raw = *key.signer->sign_text(crypto::Scheme::ecdsa_raw_sha256, payload.canonical);
  const Bytes der = *key.signer->sign_text(crypto::Scheme::ecdsa_der_sha256, payload.canonical);
  const Bytes& good = tuf1() ? der : raw;
  Bytes zero_r = raw;
  std::fill(zero_r.begin(), zero_r.begin() + 32, std::uint8_t{0});
  Bytes longer = good;
  longer.push_back(0);
  Bytes shorter(good.begin(), good.end() - 1);
  for (const Bytes& bad : {tuf1() ? raw : der, zero_r, longer, shorter, Bytes(64, 0), Bytes()}) {
    tuf::Signature signature = sign_text(form(), key, payload.canonical);
    signature.sig = bad;
    repo.served[RoleName::targets()] = tuf::assemble(form(), payload.wire, std::vector{signature});
    ++repo.snapshot.version;
    repo.sign_snapshot();
    ++repo.timestamp.version;
    repo.sign_timestamp();
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met)) << hex_encode(bad);
  }
}

TEST_F(AttackNotary, K7_TheMethodIsBoundToTheKeyType) {
  Simulator repo(kForm);
  const TestKey key = repo.signers[RoleName::targets()].front();
  const tuf::Payload payload = tuf::write_payload(repo.file(RoleName::targets()));
  for (const char* method : {"rsapss", "eddsa", "rsapkcs1v15", "", "none"}) {
    tuf::Signature signature = sign_text(kForm, key, payload.canonical);
    signature.method = method;
    repo.served[RoleName::targets()] = tuf::assemble(kForm, payload.wire, std::vector{signature});
    repo.publish_online();
    Client client(repo);
    const auto done = client.refresh();
    ASSERT_FALSE(done.has_value()) << method;
    EXPECT_THAT(done.error().code(), testing::AnyOf(ErrorCode::threshold_not_met, ErrorCode::bad_format));
  }
}

TEST_P(Attack, K8_AnUnknownKeyTypeBesideEnoughGoodKeys) {
  Simulator repo(form());
  const TestKey good = repo.signers[RoleName::targets()].front();
  TestKey odd = make_key(form());
  const tuf::Key listed =
      tuf1() ? tuf1_key("sphincs", "sphincs-shake-128s", "00ff") : notary_key("future", "AAAA");
  odd.listed.id = listed.id;
  repo.set_keys(RoleName::targets(), {{odd.signer, listed}, good});
  repo.signers[RoleName::targets()] = {odd, good};
  repo.publish_root();
  repo.publish();
  Client client(repo);
  EXPECT_TRUE(succeeds(client.look_up("v1")));
}

TEST_P(Attack, K9_TenThousandBadSignatures) {
  Simulator repo(form());
  const tuf::Payload payload = tuf::write_payload(repo.file(RoleName::targets()));
  std::vector<tuf::Signature> many(10'000, sign_text(form(), make_key(form()), payload.canonical));
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].keyid = hex_encode(Bytes(28, 7)) + std::to_string(10'000'000 + i);
  }
  repo.served[RoleName::targets()] = tuf::assemble(form(), payload.wire, many);
  repo.publish_online();
  Client client(repo);
  const std::clock_t start = std::clock();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::limit_exceeded));
  // Processor time: reading two megabytes in a debug build or under a sanitizer, no verification.
  EXPECT_LT(std::clock() - start, 2 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace boltseal::test
