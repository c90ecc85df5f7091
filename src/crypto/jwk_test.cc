// Names of keys as tokens use them, and the names in certificates.
#include "crypto/jwk.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "crypto/certificate_authority.h"
#include "crypto/certificate_names.h"
#include "crypto/software_key.h"
#include "json/reader.h"

namespace boltseal::crypto {
namespace {

json::Document vector_json(const std::string& name) {
  std::ifstream in(std::string(BOLTSEAL_SOURCE_DIR "/tests/vectors/tokens/") + name);
  std::ostringstream text;
  text << in.rdbuf();
  auto document = json::Document::parse(text.str(), {});
  EXPECT_TRUE(document) << name;
  return std::move(*document);
}

TEST(Jwk, NamesOfOpensslsKeys) {
  const auto set = vector_json("jwks.json"), names = vector_json("names.json");
  ASSERT_EQ(set.root().find("keys")->items().size(), 5u);
  for (const json::Value& jwk : set.root().find("keys")->items()) {
    const auto key = public_key_of_jwk(jwk);
    ASSERT_TRUE(key) << key.error().what();
    const json::Value* expected = names.root().find(jwk.find("kid")->as_string().substr(4));
    ASSERT_NE(expected, nullptr);
    EXPECT_EQ(libtrust_fingerprint(**key), expected->find("libtrust")->as_string());
    EXPECT_EQ(jwk_thumbprint(**key), expected->find("thumbprint")->as_string());
  }
}

TEST(Jwk, ThumbprintOfRfc7638) {
  const std::string text =
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc)"
      R"(_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQM)"
      R"(icAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksIN)"
      R"(HaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"})";
  const auto document = json::Document::parse(text, {});
  const auto key = public_key_of_jwk(document->root());
  ASSERT_TRUE(key) << key.error().what();
  EXPECT_EQ(jwk_thumbprint(**key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(Jwk, Refused) {
  const std::string zeros(43, 'A');
  for (const std::string& text :
       {std::string("{}"), std::string("[]"), std::string(R"({"kty":"oct","k":"AAAA"})"),
        std::string(R"({"kty":"RSA"})"), std::string(R"({"kty":"RSA","n":"AA","e":"AQAB"})"),
        std::string(R"({"kty":"RSA","n":7,"e":"AQAB"})"),
        R"({"kty":"EC","crv":"P-256","x":")" + zeros + R"("})",
        R"({"kty":"EC","crv":"P-256","x":")" + zeros + R"(","y":")" + zeros + R"("})",
        R"({"kty":"EC","crv":"P-384","x":")" + zeros + R"(","y":")" + zeros + R"("})",
        R"({"kty":"OKP","crv":"X25519","x":")" + zeros + R"("})",
        std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})")}) {
    const auto document = json::Document::parse(text, {});
    ASSERT_TRUE(document) << text;
    EXPECT_FALSE(public_key_of_jwk(document->root())) << text;
  }
}

TEST(AlternativeNamesTest, AsIssued) {
  const auto key = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  const Time now = *parse_rfc3339("2026-11-24T07:00:00Z");
  const auto ca = *make_ca(*key, "ca", now, now + kDay, system_random());
  const auto leaf = *issue_server_certificate(
      *key, ca, *key->public_key(), {{"a.example", "b.example"}, {"::1"}}, now, now + kDay, system_random());
  const auto names = alternative_names(leaf);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->dns, (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_TRUE(names->emails.empty());
  EXPECT_EQ(*subject_text(leaf), "CN=a.example");
  EXPECT_TRUE(alternative_names(ca)->dns.empty());
}

/// One subject, as `openssl x509 -nameopt RFC2253` writes it too.
TEST(SubjectText, Escapes) {
  const auto key = *SoftwareKey::generate(KeyAlgorithm::ecdsa_p256);
  const Time now = *parse_rfc3339("2026-11-24T07:00:00Z");
  const auto text = [&](std::string_view common_name) {
    return *subject_text(*make_self_signed(*key, common_name, now, now + kDay, system_random()));
  };
  EXPECT_EQ(text("ci"), "CN=ci");
  EXPECT_EQ(text("a,O=b+c"), "CN=a\\,O=b\\+c");
  EXPECT_EQ(text(" x "), "CN=\\ x\\ ");
  EXPECT_EQ(text("#1"), "CN=\\#1");
  EXPECT_EQ(text("a\nb\\"), "CN=a\\0Ab\\\\");
  EXPECT_EQ(text("\u00e9"), "CN=\\C3\\A9");
}

}  // namespace
}  // namespace boltseal::crypto
