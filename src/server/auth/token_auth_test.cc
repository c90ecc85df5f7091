// Tokens: those of openssl's keys, and every way in which one is refused.
#include "server/auth/token_auth.h"

#include <gmock/gmock.h>

#include "crypto/pkcs8.h"
#include "json/reader.h"
#include "server/auth/test_tokens.h"

namespace boltseal::server {
namespace {

using testing::Folder;
using ::testing::HasSubstr;
using testing::kNow;
using testing::replaced;
using testing::token_vector;
using testing::token_vector_path;
using testing::TokenMaker;
using testing::TokenText;

class TokenTest : public ::testing::Test {
 protected:
  TokenTest() : auth_(maker_.options(folder_), clock_) { EXPECT_TRUE(auth_.load()); }

  std::string refusal(const std::string& token) {
    const auto result = auth_.verify(token);
    return result ? "accepted" : result.error().what();
  }
  std::string refusal(const TokenText& text) { return refusal(maker_.sign(text)); }
  /// The token with `what` of its claims replaced.
  std::string with(const std::string& what, const std::string& by) {
    TokenText text = maker_.text();
    text.claims = replaced(text.claims, what, by);
    return refusal(text);
  }
  std::string with_header(const std::string& header) { return refusal({header, maker_.text().claims}); }

  FixedClock clock_{Time(std::chrono::seconds(kNow))};
  Folder folder_;
  TokenMaker maker_;
  TokenAuth auth_;
};

TEST_F(TokenTest, Good) {
  const std::string token = maker_.sign(maker_.text());
  EXPECT_EQ(auth_.known(token), nullptr);
  const auto identity = auth_.verify(token);
  ASSERT_TRUE(identity) << identity.error().what();
  EXPECT_EQ((*identity)->name, "alice");
  EXPECT_EQ((*identity)->source, Source::token);
  EXPECT_TRUE(allows(**identity, pull_of("localhost:5000/a")));
  EXPECT_FALSE(allows(**identity, pull_of("localhost:5000/ab")));
  EXPECT_EQ(auth_.known(token), *identity);
  // One bit elsewhere is another token.
  std::string other = token;
  other.back() = other.back() == 'A' ? 'Q' : 'A';
  EXPECT_EQ(auth_.known(other), nullptr);
}

TEST_F(TokenTest, IsForgottenWithItsTimeAndItsKeys) {
  TokenText text = maker_.text();
  text.claims = replaced(text.claims, std::to_string(kNow + 3600), std::to_string(kNow + 100));
  const std::string token = maker_.sign(text);
  ASSERT_TRUE(auth_.verify(token));
  clock_.advance(std::chrono::seconds(159));
  EXPECT_NE(auth_.known(token), nullptr);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(auth_.known(token), nullptr);

  clock_.set(Time(std::chrono::seconds(kNow)));
  ASSERT_TRUE(auth_.verify(token));
  auth_.look();  // nothing has changed
  EXPECT_NE(auth_.known(token), nullptr);
  folder_.write("bundle.pem", TokenMaker().certificate().pem());
  auth_.look();
  EXPECT_EQ(auth_.known(token), nullptr);
  EXPECT_THAT(refusal(token), HasSubstr("kid is not known"));
}

TEST_F(TokenTest, KeysThatCannotBeReadChangeNothing) {
  const std::string token = maker_.sign(maker_.text());
  ASSERT_TRUE(auth_.verify(token));
  folder_.write("bundle.pem", "nothing");
  auth_.look();
  EXPECT_NE(auth_.known(token), nullptr);
  EXPECT_FALSE(auth_.load());
  std::filesystem::remove(folder_.at("bundle.pem"));
  auth_.look();
  EXPECT_TRUE(auth_.verify(token));
}

TEST_F(TokenTest, Claims) {
  EXPECT_THAT(with("issuer", "Issuer"), HasSubstr("another issuer"));
  EXPECT_THAT(with("\"service\"", "\"services\""), HasSubstr("another service"));
  EXPECT_EQ(with("\"service\"", "[\"x\",\"service\"]"), "accepted");
  EXPECT_THAT(with("\"service\"", "[]"), HasSubstr("another service"));
  EXPECT_THAT(with("\"service\"", "[\"service\",1]"), HasSubstr("audience"));
  EXPECT_THAT(with("\"service\"", "null"), HasSubstr("audience"));
  const std::string exp = std::to_string(kNow + 3600), nbf = std::to_string(kNow - 10);
  EXPECT_EQ(with(exp, std::to_string(kNow - 60)), "accepted");
  EXPECT_THAT(with(exp, std::to_string(kNow - 61)), HasSubstr("expired"));
  EXPECT_THAT(with(exp, "-1"), HasSubstr("expired"));
  EXPECT_EQ(with(exp, "9007199254740991"), "accepted");
  EXPECT_NE(with(exp, "9e99"), "accepted");
  EXPECT_NE(with(exp, "\"" + exp + "\""), "accepted");
  EXPECT_NE(with("\"exp\":" + exp + ",", ""), "accepted");
  EXPECT_EQ(with(nbf, std::to_string(kNow + 60)), "accepted");
  EXPECT_THAT(with(nbf, std::to_string(kNow + 61)), HasSubstr("not yet valid"));
  EXPECT_EQ(with("\"iss\"", "\"more\":{\"a\":[1.5]},\"iss\""), "accepted");
  EXPECT_EQ(with(R"(["pull"])", "null"), "accepted");
  EXPECT_EQ(with(R"(["pull"])", R"(["pull","fly"])"), "accepted");
  EXPECT_NE(with(R"(["pull"])", R"("pull")"), "accepted");
  EXPECT_NE(with(R"(["pull"])", "[1]"), "accepted");
  EXPECT_EQ(refusal(maker_.text("null")), "accepted");
  EXPECT_NE(refusal(maker_.text("{}")), "accepted");
}

TEST_F(TokenTest, NamesThatTwoReadersReadDifferently) {
  EXPECT_NE(with("\"iss\"", "\"iss\":\"issuer\",\"iss\""), "accepted");
  EXPECT_NE(with("\"iss\"", "\"ISS\":\"x\",\"iss\""), "accepted");
  EXPECT_NE(with("\"iss\"", "\"\\u0069ss\":\"x\",\"iss\""), "accepted");
  EXPECT_NE(with("\"actions\"", "\"Actions\":[\"*\"],\"actions\""), "accepted");
  // Letters that look the same, or fold to the same, are others.
  const auto cyrillic = auth_.verify(maker_.token("localhost:5000/\\u0430", "\"*\""));
  ASSERT_TRUE(cyrillic);
  EXPECT_FALSE(allows(**cyrillic, pull_of("localhost:5000/a")));
  const auto nul = auth_.verify(maker_.token("localhost:5000/a\\u0000", "\"*\""));
  ASSERT_TRUE(nul);
  EXPECT_FALSE(allows(**nul, pull_of("localhost:5000/a")));
  const auto star = auth_.verify(maker_.token("*", "\"*\""));
  ASSERT_TRUE(star);
  EXPECT_FALSE(allows(**star, pull_of("localhost:5000/a")));
  EXPECT_NE(with("alice", std::string("al\x80")), "accepted");  // no UTF-8
}

TEST_F(TokenTest, Algorithms) {
  const std::string kid = R"(,"kid":")" + maker_.kid() + "\"}";
  EXPECT_EQ(with_header(R"({"alg":"ES256")" + kid), "accepted");
  for (const char* alg : {"none", "None", "NONE", "", "HS256", "HS512", "PS256", "es256", "ES256K", "dir"}) {
    EXPECT_THAT(with_header(R"({"alg":")" + std::string(alg) + "\"" + kid), HasSubstr("algorithm")) << alg;
  }
  for (const char* alg : {"ES384", "ES512", "RS256", "EdDSA"}) {
    EXPECT_THAT(with_header(R"({"alg":")" + std::string(alg) + "\"" + kid), HasSubstr("another kind")) << alg;
  }
  EXPECT_NE(with_header("{" + kid.substr(1)), "accepted");
  EXPECT_NE(with_header(R"({"alg":["ES256"])" + kid), "accepted");
  EXPECT_THAT(with_header(R"({"alg":"ES256","crit":["exp"])" + kid), HasSubstr("extension"));
  EXPECT_NE(with_header(R"({"alg":"none","alg":"ES256")" + kid), "accepted");
  EXPECT_NE(with_header(R"({"alg":"ES256","Alg":"none")" + kid), "accepted");
}

TEST_F(TokenTest, SignaturesOfOthers) {
  const TokenText text = maker_.text();
  const std::string good = maker_.sign(text);
  const std::string body = good.substr(0, good.rfind('.'));
  EXPECT_THAT(refusal(TokenMaker().sign(text)), HasSubstr("signature is wrong"));
  EXPECT_NE(refusal(body + "."), "accepted");
  EXPECT_NE(refusal(body), "accepted");
  EXPECT_NE(refusal(good + ".x"), "accepted");
  EXPECT_NE(refusal(good + "="), "accepted");
  EXPECT_NE(refusal(body + "." + std::string(86, 'A')), "accepted");  // r and s zero
  // DER where r || s belongs.
  const auto der = *maker_.key()->sign_text(crypto::Scheme::ecdsa_der_sha256, body);
  EXPECT_THAT(refusal(body + "." + base64url_encode(der)), HasSubstr("signature is wrong"));
  // Another payload under the same signature.
  TokenText other = text;
  other.claims = replaced(other.claims, "alice", "admin");
  const std::string forged = maker_.sign(other);
  EXPECT_NE(refusal(forged.substr(0, forged.rfind('.')) + good.substr(good.rfind('.'))), "accepted");
}

TEST_F(TokenTest, WhichKey) {
  const auto header = [](const std::string& rest) { return R"({"alg":"ES256",)" + rest + "}"; };
  for (const char* kid :
       {"", "x", "../../../dev/null", "/etc/passwd", "' OR 1=1 --", "\\u0000", "http://x/"}) {
    EXPECT_NE(with_header(header(R"("kid":")" + std::string(kid) + "\"")), "accepted") << kid;
  }
  EXPECT_THAT(with_header(R"({"alg":"ES256"})"), HasSubstr("which key"));
  EXPECT_NE(with_header(header(R"("jku":"https://evil.example/keys")")), "accepted");
  EXPECT_NE(with_header(header(R"("kid":")" + maker_.kid().substr(0, 50) + "\"")), "accepted");
  EXPECT_NE(with_header(header(R"("kid":1)")), "accepted");

  // The key itself: trusted if it is one of the bundle, whoever sent it.
  const auto jwk = [](const crypto::PublicKey& key) {
    const auto point = key.ec_point();
    return R"("jwk":{"kty":"EC","crv":"P-256","x":")" + base64url_encode(point.subspan(1, 32)) +
           R"(","y":")" + base64url_encode(point.subspan(33)) + "\"}";
  };
  EXPECT_EQ(with_header(header(jwk(*maker_.key()->public_key()))), "accepted");
  const TokenMaker attacker;
  const TokenText own{header(jwk(*attacker.key()->public_key())), maker_.text().claims};
  EXPECT_THAT(refusal(attacker.sign(own)), HasSubstr("not trusted"));
  // A trusted name beside a key of the attacker's: the key is what counts, and it is not trusted.
  const TokenText both{header(jwk(*attacker.key()->public_key()) + R"(,"kid":")" + maker_.kid() + "\""),
                       maker_.text().claims};
  EXPECT_THAT(refusal(attacker.sign(both)), HasSubstr("not trusted"));

  // Certificates: the one of the bundle, and one that the attacker made of the same name.
  const auto x5c = [](const TokenMaker& maker) {
    return R"("x5c":[")" + base64_encode(maker.certificate().der()) + "\"]";
  };
  EXPECT_EQ(with_header(header(x5c(maker_))), "accepted");
  EXPECT_NE(refusal(attacker.sign({header(x5c(attacker)), maker_.text().claims})), "accepted");
  EXPECT_THAT(refusal(attacker.sign({header(x5c(maker_)), maker_.text().claims})), HasSubstr("signature"));
  EXPECT_NE(with_header(header(R"("x5c":[])")), "accepted");
  EXPECT_NE(with_header(header(R"("x5c":["AAAA"])")), "accepted");
  EXPECT_NE(with_header(header(R"("x5c":[1])")), "accepted");
  clock_.advance(31 * kDay);
  TokenText late{header(x5c(maker_)), maker_.text().claims};
  late.claims = replaced(late.claims, std::to_string(kNow + 3600), "9000000000");
  EXPECT_THAT(refusal(late), HasSubstr("expired"));  // the certificate
}

TEST_F(TokenTest, SizesAndShapes) {
  EXPECT_NE(refusal(std::string()), "accepted");
  EXPECT_NE(refusal(std::string("a.b.c")), "accepted");
  EXPECT_NE(refusal(std::string("..")), "accepted");
  EXPECT_NE(refusal(std::string(100'000, 'a')), "accepted");
  EXPECT_THAT(with("alice", std::string(30'000, 'a')), HasSubstr("too large"));
  EXPECT_NE(with("\"iss\"", "\"d\":" + std::string(40, '[') + std::string(40, ']') + ",\"iss\""), "accepted");
  std::string many = "[";
  for (int i = 0; i < 1025; ++i) many += std::string(i == 0 ? "" : ",") + R"({"type":"r","name":""})";
  EXPECT_NE(refusal(maker_.text(many + "]")), "accepted");
  TokenText text = maker_.text();
  EXPECT_NE(refusal({text.header, "[]"}), "accepted");
  EXPECT_NE(refusal({text.header, text.claims + " x"}), "accepted");
  const std::string good = maker_.sign(text);
  EXPECT_NE(refusal(replaced(good, ".", "\n.")), "accepted");
}

TEST(TokenVectors, EveryAlgorithmOfOpenssl) {
  const FixedClock clock{Time(std::chrono::seconds(kNow))};
  TokenAuthOptions options;
  options.realm = "https://auth.example/token";
  options.service = "service";
  options.issuer = "issuer";
  options.jwks = token_vector_path("jwks.json");
  TokenAuth auth(options, clock);
  ASSERT_TRUE(auth.load());
  const char* algorithms[] = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"};
  for (const std::string name : algorithms) {
    const std::string token = token_vector(name + ".jwt");
    const auto identity = auth.verify(token);
    ASSERT_TRUE(identity) << name << ": " << identity.error().what();
    EXPECT_TRUE(allows(**identity, pull_of("localhost:5000/a")));
    std::string broken = token;
    broken[broken.size() - 20] = broken[broken.size() - 20] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(auth.verify(broken)) << name;
  }
}

TEST(TokenVectors, ChainsOfOpenssl) {
  const FixedClock clock{Time(std::chrono::seconds(kNow))};
  TokenAuthOptions options;
  options.realm = "https://auth.example/token";
  options.service = "service";
  options.issuer = "issuer";
  options.root_cert_bundle = token_vector_path("bundle.pem");
  TokenAuth auth(options, clock);
  ASSERT_TRUE(auth.load());
  EXPECT_TRUE(auth.verify(token_vector("x5c-good.jwt")));
  EXPECT_TRUE(auth.verify(token_vector("jwk-chain.jwt")));
  for (const std::string name : {"x5c-untrusted", "x5c-expired", "x5c-signed-by-leaf"}) {
    EXPECT_FALSE(auth.verify(token_vector(name + ".jwt"))) << name;
  }
}

TEST(TokenKeySet, WhatItHolds) {
  const auto count = [](const std::string& keys) -> std::int64_t {
    TokenKeys set;
    return set.add_key_set("{\"keys\":[" + keys + "]}") ? static_cast<std::int64_t>(set.size()) : -1;
  };
  const std::string good =
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
  const std::string other =
      R"({"kty":"OKP","crv":"Ed25519","x":"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw")";
  EXPECT_EQ(count(good + "}"), 1);
  EXPECT_EQ(count(good + R"(,"use":"sig","key_ops":["verify"],"alg":"EdDSA","kid":"a"})"), 1);
  EXPECT_EQ(count(good + R"(,"kid":"a"},)" + other + R"(,"kid":"b"})"), 2);
  EXPECT_EQ(count(good + R"(,"kid":"a"},)" + other + R"(,"kid":"a"})"), -1);
  EXPECT_EQ(count(good + R"(,"use":"enc"})"), -1);  // nothing is left
  EXPECT_EQ(count(good + R"(,"key_ops":["sign"]})"), -1);
  EXPECT_EQ(count(good + R"(,"alg":"HS256"})"), -1);
  EXPECT_EQ(count(R"({"kty":"oct","k":"c2VjcmV0"},)" + good + "}"), 1);
  EXPECT_EQ(count(R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"},)" + good + "}"), 1);
  EXPECT_EQ(count(R"({"kty":"RSA","n":"AQAB","e":"AQAB"},)" + good + "}"), 1);
  EXPECT_EQ(count(good + R"(,"kid":7})"), -1);
  EXPECT_EQ(count("{}"), -1);
  EXPECT_EQ(count("1"), -1);
  EXPECT_FALSE(TokenKeys().add_key_set("[]"));
  EXPECT_FALSE(TokenKeys().add_bundle(""));
}

/// A symmetric key that is the text of a public key: the classic confusion.
TEST_F(TokenTest, HmacWithThePublicKey) {
  const std::string kid = R"(,"kid":")" + maker_.kid() + "\"}";
  const std::string body = base64url_encode(as_bytes(R"({"alg":"HS256")" + kid)) + "." +
                           base64url_encode(as_bytes(maker_.text().claims));
  EXPECT_THAT(refusal(body + "." + base64url_encode(maker_.key()->public_key()->identity())),
              HasSubstr("algorithm"));
}

}  // namespace
}  // namespace boltseal::server
