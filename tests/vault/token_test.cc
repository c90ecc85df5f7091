// Keys on a real token module (SoftHSM).
#include <gmock/gmock.h>

#include <thread>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "tests/support/softhsm.h"

namespace boltseal::keys::pkcs11 {
namespace {

using crypto::KeyAlgorithm;
using crypto::Scheme;
using ::testing::HasSubstr;

Bytes hash_id(const crypto::PublicKey& key) { return Bytes(key.identity().begin(), key.identity().end()); }

TokenKeyPtr made(Token& token, KeyAlgorithm algorithm = KeyAlgorithm::ecdsa_p256,
                 const std::string& label = "test key") {
  auto key = token.generate(algorithm, label, hash_id);
  EXPECT_TRUE(key) << key.error().what();
  return key ? *key : nullptr;
}

bool signs(crypto::Signer& key, Scheme scheme, std::string_view message = "a message") {
  const auto signature = key.sign_text(scheme, message);
  EXPECT_TRUE(signature) << signature.error().what();
  return signature && crypto::verify(*key.public_key(), scheme, message, *signature);
}

TEST(Token, MakesFindsAndSignsWithP256) {
  const auto token = softhsm_token();
  ASSERT_TRUE(token);
  EXPECT_EQ(token->label(), "boltseal");
  EXPECT_FALSE(token->serial().empty());
  const TokenKeyPtr key = made(*token);
  EXPECT_EQ(key->public_key()->algorithm(), KeyAlgorithm::ecdsa_p256);
  EXPECT_EQ(key->id(), hash_id(*key->public_key()));
  EXPECT_EQ(key->label(), "test key");
  for (const Scheme scheme : {Scheme::ecdsa_raw_sha256, Scheme::ecdsa_der_sha256, Scheme::ecdsa_der_sha512})
    EXPECT_TRUE(signs(*key, scheme)) << crypto::name_of(scheme);
  EXPECT_EQ(key->sign_text(Scheme::ecdsa_raw_sha256, "x")->size(), 64u);
  EXPECT_EQ(key->sign_text(Scheme::rsa_pss_sha256, "x").error().code(), ErrorCode::bad_key);

  const auto again = softhsm_token();  // another object, the same token
  const TokenKeyPtr found = *again->find(key->id());
  ASSERT_TRUE(found);
  EXPECT_TRUE(*found->public_key() == *key->public_key());
  EXPECT_TRUE(signs(*found, Scheme::ecdsa_raw_sha256));
  EXPECT_EQ(*again->find(Bytes(32, 1)), nullptr);
  EXPECT_FALSE(again->keys(std::nullopt, "test key")->empty());
  EXPECT_TRUE(again->keys(std::nullopt, "no such label")->empty());
  EXPECT_EQ(*token->destroy(key->id()), 2);
  EXPECT_EQ(*again->find(key->id()), nullptr);
  EXPECT_EQ(found->sign_text(Scheme::ecdsa_raw_sha256, "x").error().code(), ErrorCode::key_missing);
}

TEST(Token, MakesEd25519WhereTheTokenCan) {
  const auto token = softhsm_token();
  const TokenKeyPtr key = made(*token, KeyAlgorithm::ed25519);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key()->algorithm(), KeyAlgorithm::ed25519);
  EXPECT_TRUE(signs(*key, Scheme::ed25519));
  EXPECT_EQ(token->generate(KeyAlgorithm::rsa, "x", hash_id).error().code(), ErrorCode::bad_key);
}

TEST(Token, SignsAgainAfterSessionsAndLoginAreLost) {
  const auto token = softhsm_token();
  const TokenKeyPtr key = made(*token);
  const auto other = softhsm_token();
  other->log_out();  // closes all sessions of this program, those of `token` too
  EXPECT_TRUE(signs(*key, Scheme::ecdsa_raw_sha256));
  other->log_out();
  EXPECT_TRUE(token->check());
  other->log_out();
  EXPECT_TRUE(*token->find(key->id()));
}

TEST(Token, ManyThreadsShareFewSessions) {
  const Uri uri = softhsm_uri();
  const auto token = *Token::open(uri, pin_of(uri), {}, 2);
  const TokenKeyPtr key = made(*token);
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      for (int j = 0; j < 25; ++j)
        EXPECT_TRUE(signs(*key, Scheme::ecdsa_raw_sha256, "message " + std::to_string(100 * i + j)));
    });
  threads.emplace_back([&] {
    for (int j = 0; j < 3; ++j) token->log_out();
  });
  for (std::thread& thread : threads) thread.join();
}

TEST(Token, AWrongPinIsToldAndNotTriedAgain) {
  softhsm_token()->log_out();
  int asked = 0;
  const PinSource wrong = [&asked]() -> Result<Secret> {
    ++asked;
    return Secret::of_text("9999");
  };
  const auto refused = Token::open(softhsm_uri(), wrong);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::bad_passphrase);
  EXPECT_THAT(refused.error().what(), HasSubstr("the PIN is wrong"));
  EXPECT_THAT(refused.error().what(), ::testing::Not(HasSubstr("9999")));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(Token::open(softhsm_uri(), pin_is("1")).error().code(), ErrorCode::bad_passphrase) << "too short";

  bool right = true;
  const auto token = *Token::open(softhsm_uri(), [&]() -> Result<Secret> {
    ++asked;
    return Secret::of_text(right ? "1234" : "9999");
  });
  right = false;
  const TokenKeyPtr key = made(*token);
  token->log_out();
  asked = 0;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(key->sign_text(Scheme::ecdsa_raw_sha256, "x").error().code(), ErrorCode::bad_passphrase);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(softhsm_token());
}

TEST(Token, MissingTokensAndModulesAreNamed) {
  Uri uri = softhsm_uri();
  uri.token = "other";
  const auto missing = Token::open(uri, pin_is("1234"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::key_missing);
  EXPECT_THAT(missing.error().what(), HasSubstr("\"other\""));
  EXPECT_THAT(missing.error().hint(), HasSubstr("boltseal"));
  EXPECT_EQ(Token::open(softhsm_uri(";serial=00"), pin_is("1234")).error().code(), ErrorCode::key_missing);
  uri = softhsm_uri();
  uri.token.reset();
  const auto two = Token::open(uri, pin_is("1234"));  // the folder has two
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().code(), ErrorCode::bad_config);
  EXPECT_THAT(two.error().hint(), HasSubstr("serial="));
  uri = softhsm_uri();
  uri.module_path = "/nowhere/module.so";
  EXPECT_EQ(Token::open(uri, pin_is("1234")).error().code(), ErrorCode::io_error);
  uri.module_path = "libc.so.6";  // no PKCS#11 module
  EXPECT_EQ(Token::open(uri, pin_is("1234")).error().code(), ErrorCode::io_error);
  uri.module_path.clear();
  EXPECT_EQ(Token::open(uri, pin_is("1234")).error().code(), ErrorCode::bad_config);
  EXPECT_TRUE(Token::open(uri, pin_is("1234"), softhsm_uri().module_path));
}

TEST(Token, ThePinFileIsPrivate) {
  const std::string path = softhsm_variable("SOFTHSM_DIR") + "/pin-test";
  std::ofstream(path) << "1234\nsecond line\n";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(read_pin_file(path)->text(), "1234");
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(read_pin_file(path).error().code(), ErrorCode::bad_config);
  std::ofstream(path).close();
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(read_pin_file(path).error().code(), ErrorCode::no_passphrase);
  EXPECT_FALSE(read_pin_file("/nowhere/pin"));
  EXPECT_EQ(pin_of(Uri{})().error().code(), ErrorCode::no_passphrase);
}

}  // namespace
}  // namespace boltseal::keys::pkcs11
