#include "crypto/jwe.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

constexpr std::uint64_t kFew = 1000;
const Secret kPassphrase = Secret::of_text("peers-passphrase");

ErrorCode open_code(const std::string& compact, const Secret& passphrase = kPassphrase) {
  const auto opened = open_jwe(compact, passphrase);
  return opened ? ErrorCode::internal : opened.error().code();
}

/// A row of a real notary-signer's table: what it encrypted and its public part.
struct SignerRow {
  const char* name;
  KeyAlgorithm algorithm;
};
constexpr SignerRow kRows[] = {{"ecdsa", KeyAlgorithm::ecdsa_p256}, {"ed25519", KeyAlgorithm::ed25519}};

TEST(Jwe, OpensWhatNotarySignerEncrypted) {
  for (const SignerRow& row : kRows) {
    const std::string place = std::string("signer/") + row.name;
    const auto plain = open_jwe(vector_text(place + ".jwe"), kPassphrase);
    ASSERT_TRUE(plain) << row.name << plain.error().what();
    const auto key = from_signer_bytes(row.algorithm, plain->view());
    ASSERT_TRUE(key) << row.name << key.error().what();
    const PublicKey& own = *(*key)->public_key();
    const Bytes stored = *hex_decode(vector_text(place + ".public"));
    EXPECT_EQ(row.algorithm == KeyAlgorithm::ed25519 ? to_bytes(own.raw_ed25519()) : own.spki(), stored);
    EXPECT_EQ(to_bytes(to_signer_bytes(**key)->view()), to_bytes(plain->view())) << "written as it was read";
    EXPECT_EQ(open_code(vector_text(place + ".jwe"), Secret::of_text("other")), ErrorCode::bad_passphrase);
  }
}

TEST(Jwe, OpensWhatItSealed) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ed25519}) {
    const auto key = *SoftwareKey::generate(algorithm);
    const std::string compact = *seal_jwe(*to_signer_bytes(*key), kPassphrase, system_random(), kFew);
    const auto again = from_signer_bytes(algorithm, open_jwe(compact, kPassphrase)->view());
    ASSERT_TRUE(again);
    EXPECT_TRUE(*(*again)->public_key() == *key->public_key());
    EXPECT_NE(compact, *seal_jwe(*to_signer_bytes(*key), kPassphrase, system_random(), kFew));
  }
}

TEST(Jwe, KnownValue) {  // made with the counter for randomness, opened once by an implementation of others
  CountingRandom random;
  const std::string compact = *seal_jwe(Secret::of_text("plain"), Secret::of_text("pw"), random, kFew);
  EXPECT_EQ(compact,
            "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJlbmMiOiJBMjU2R0NNIiwicDJjIjoxMDAwLCJwMnMiOiJBUUlEQkFVR0J3"
            "Z0pDZ3NNRFE0UEVBIn0.bpoCDPPcjRj-_-W1vrYVqws7QMla705LpIxNuVBdexNI9RaW8xX70Q.MTIzNDU2Nzg5Ojs8."
            "b7Jk_8w.IlcKlYVzyd7uJyZDg_Q4hw");
}

TEST(Jwe, OursCostsMoreThanTheSigners) {
  const std::string compact = *seal_jwe(Secret::of_text("x"), kPassphrase, system_random());
  const Bytes header = *base64url_decode(compact.substr(0, compact.find('.')));
  EXPECT_NE(as_text(header).find("\"p2c\":210000,"), std::string_view::npos);
  EXPECT_EQ(open_jwe(compact, kPassphrase)->text(), "x");
}

TEST(Jwe, EveryChangeIsNoticed) {
  const std::string compact = *seal_jwe(Secret::of_text("plain text"), kPassphrase, system_random(), 1);
  for (std::size_t i = 0; i < compact.size(); ++i) {
    std::string changed = compact;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_jwe(changed, kPassphrase, kFew)) << i;
    EXPECT_FALSE(open_jwe(compact.substr(0, i), kPassphrase)) << i;
  }
  EXPECT_EQ(open_code(compact + "."), ErrorCode::bad_format);
  EXPECT_EQ(open_code(compact + "="), ErrorCode::bad_format);
  EXPECT_EQ(open_code("." + compact), ErrorCode::bad_format);
  EXPECT_EQ(open_code(std::string(20'000, 'A')), ErrorCode::limit_exceeded);
  // The content belongs to its header: with another one of the same meaning it does not open.
  std::string content = compact;
  char& letter = content[content.rfind('.') - 2];
  letter = letter == 'A' ? 'B' : 'A';
  EXPECT_EQ(open_code(content), ErrorCode::bad_key);
}

TEST(Jwe, OtherHeadersAreRefused) {
  const std::string compact = *seal_jwe(Secret::of_text("x"), kPassphrase, system_random(), 1);
  const std::string tail = compact.substr(compact.find('.'));
  const auto with = [&](const std::string& header) { return base64url_encode(as_bytes(header)) + tail; };
  const std::string alg = R"("alg":"PBES2-HS256+A128KW")";
  const std::string enc = R"(,"enc":"A256GCM")";
  const std::string salt = R"(,"p2s":"AAAAAAAAAAAAAAAA")";
  for (const std::string& header :
       {"{" + alg + enc + salt + R"(,"p2c":0})", "{" + alg + enc + salt + R"(,"p2c":-1})",
        "{" + alg + enc + salt + R"(,"p2c":"1"})", "{" + alg + enc + salt + "}",
        "{" + alg + enc + R"(,"p2c":1})", "{" + alg + enc + R"(,"p2c":1,"p2s":"AAAA"})",
        "{" + alg + enc + R"(,"p2c":1,"p2s":"AAAAAAAAAAAAAAAA=="})",
        "{" + alg + salt + R"(,"p2c":1,"enc":"A128GCM"})", R"({"alg":"dir")" + enc + salt + R"(,"p2c":1})",
        R"({"alg":"PBES2-HS512+A256KW")" + enc + salt + R"(,"p2c":1})",
        "{" + alg + enc + salt + R"(,"p2c":1,"zip":"DEF"})",
        "{" + alg + enc + salt + R"(,"p2c":1,"crit":["x"]})", "{" + alg + enc + salt + R"(,"p2c":1,"P2C":1})",
        "{" + alg + enc + salt + R"(,"p2c":1,"p2c":1})", std::string("[]"), std::string("null"),
        std::string(), std::string("{}")})
    EXPECT_EQ(open_code(with(header)), ErrorCode::bad_format) << header;
  EXPECT_EQ(open_code(with("{" + alg + enc + salt + R"(,"p2c":1000001})")), ErrorCode::limit_exceeded);
  EXPECT_EQ(open_code(with("{" + alg + enc + salt + R"(,"p2c":1})")), ErrorCode::bad_passphrase);
}

TEST(Jwe, SignerBytesAreChecked) {
  const auto ed25519 = *SoftwareKey::generate(KeyAlgorithm::ed25519);
  const Secret bytes = *to_signer_bytes(*ed25519);
  ASSERT_EQ(bytes.size(), 96u);
  for (const std::size_t place : {0u, 40u, 95u}) {
    Secret changed = bytes.clone();
    changed.data()[place] ^= 1;
    EXPECT_EQ(from_signer_bytes(KeyAlgorithm::ed25519, changed.view()).error().code(), ErrorCode::bad_key);
  }
  EXPECT_FALSE(from_signer_bytes(KeyAlgorithm::ed25519, bytes.view().first(95)));
  EXPECT_FALSE(from_signer_bytes(KeyAlgorithm::ecdsa_p256, bytes.view()));
  EXPECT_FALSE(from_signer_bytes(KeyAlgorithm::rsa, bytes.view()));
  const auto p384 = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p384);
  EXPECT_EQ(from_signer_bytes(KeyAlgorithm::ecdsa_p256, to_signer_bytes(*p384)->view()).error().code(),
            ErrorCode::bad_key);
}

}  // namespace
}  // namespace boltseal::crypto
