// Keys of both forms: ids, types, encodings, and material that can't be used (TUF.md 5 and 9: K6, K8).
#include "tuf/key.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "tuf/object_writer.h"
#include "tuf/test_files.h"

namespace boltseal::tuf::testing {
namespace {

using crypto::KeyAlgorithm;
using crypto::Scheme;

std::string tuf1_json(std::string_view type, std::string_view scheme, std::string_view text) {
  return wire_text(Form::tuf1, ObjectWriter()
                                   .text("keytype", type)
                                   .raw("keyval", ObjectWriter().text("public", text).finish())
                                   .text("scheme", scheme)
                                   .finish());
}
std::string notary_json(std::string_view type, ByteView text) {
  return R"({"keytype":")" + std::string(type) + R"(","keyval":{"private":null,"public":")" +
         base64_encode(text) + "\"}}";
}

TEST(NotaryKey, IdIsOverTheExactText) {
  const auto key = new_key();
  const Key encoded = encode_key(Form::notary, key->public_key());
  EXPECT_EQ(encoded.object, notary_json("ecdsa", key->public_key()->spki()));
  EXPECT_EQ(encoded.id, hex_encode(crypto::sha256(encoded.object)));
  // As a server answers: other order of members, white space.
  const auto answer = parse_key(Form::notary, server_key_json(*key->public_key()) + "\n");
  ASSERT_TRUE(ok(answer));
  EXPECT_EQ(*answer, encoded);
  const auto without_private = parse_key(Form::notary, with(encoded.object, "\"private\":null,", ""));
  ASSERT_TRUE(ok(without_private));
  EXPECT_EQ(without_private->id, encoded.id);
  // Members that Go drops are no part of the id, and are kept.
  const auto more = parse_key(Form::notary, with(encoded.object, "{\"keytype\"", "{\"a\":[1],\"keytype\""));
  ASSERT_TRUE(ok(more));
  EXPECT_EQ(more->id, encoded.id);
  EXPECT_TRUE(more->object.starts_with("{\"a\":[1],"));
}

TEST(NotaryKey, Types) {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ed25519}) {
    const auto key = new_key(algorithm);
    const Key encoded = encode_key(Form::notary, key->public_key());
    const auto read = parse_key(Form::notary, encoded.object);
    ASSERT_TRUE(ok(read));
    ASSERT_TRUE(read->can_verify());
    EXPECT_EQ(*read->key, *key->public_key());
    EXPECT_EQ(read->canonical_id->str(), read->id);
  }
}

TEST(NotaryKey, MaterialOfNoUse) {
  const auto ec = new_key()->public_key();
  const Bytes short_ed25519(31, 1);
  const std::pair<std::string, std::string> cases[] = {
      {"ed25519 of 31 bytes", notary_json("ed25519", short_ed25519)},
      {"EC declared RSA", notary_json("rsa", ec->spki())},
      {"EC declared Ed25519", notary_json("ed25519", ec->spki())},
      {"key declared certificate", notary_json("ecdsa-x509", ec->spki())},
      {"unknown type", notary_json("ml-dsa", ec->spki())},
      {"no base64", R"({"keytype":"ecdsa","keyval":{"private":null,"public":"***"}})"},
  };
  for (const auto& [name, text] : cases) {
    const auto key = parse_key(Form::notary, text);
    ASSERT_TRUE(ok(key)) << name;
    EXPECT_FALSE(key->can_verify()) << name;
    EXPECT_FALSE(key->canonical_id) << name;
    EXPECT_TRUE(schemes_of(Form::notary, *key).empty()) << name;
  }
}

TEST(NotaryKey, MethodsAreBoundToTypes) {
  const Key ec = encode_key(Form::notary, new_key()->public_key());
  const Key ed = encode_key(Form::notary, new_key(KeyAlgorithm::ed25519)->public_key());
  EXPECT_EQ(notary_scheme(ec, "ecdsa"), Scheme::ecdsa_raw_sha256);
  EXPECT_EQ(notary_scheme(ed, "eddsa"), Scheme::ed25519);
  for (const char* method : {"eddsa", "rsapss", "rsapkcs1v15", "pycrypto-pkcs#1 pss", "", "ECDSA"}) {
    EXPECT_FALSE(notary_scheme(ec, method)) << method;
  }
  EXPECT_FALSE(notary_scheme(ed, "ecdsa"));
}

TEST(NotaryKey, RsaOfTheCapturedDelegation) {
  const auto file = parse_targets(Form::notary, RoleName::targets(), vector_file("3.targets.json"));
  ASSERT_TRUE(ok(file));
  const Key& rsa =
      file->body().delegations->keys.at(file->body().delegations->find("targets/releases")->keyids[0]);
  EXPECT_EQ(rsa.keytype, "rsa-x509");
  EXPECT_EQ(rsa.certificate->common_name, "bob");
  EXPECT_EQ(notary_scheme(rsa, "rsapss"), Scheme::rsa_pss_sha256_salt32);
  EXPECT_EQ(notary_scheme(rsa, "rsapkcs1v15"), Scheme::rsa_pkcs1_sha256);
  EXPECT_EQ(notary_scheme(rsa, "pycrypto-pkcs#1 pss"), Scheme::rsa_pss_sha256_salt32);
  EXPECT_FALSE(notary_scheme(rsa, "ecdsa"));
  const Key tuf1 = encode_key(Form::tuf1, rsa.key);
  EXPECT_EQ(tuf1.keytype, "rsa");
  EXPECT_EQ(tuf1.scheme, "rsassa-pss-sha256");
  EXPECT_EQ(schemes_of(Form::tuf1, tuf1), std::vector{Scheme::rsa_pss_sha256});
  // PyCrypto's keys: PEM within the base64.
  const auto pem = parse_key(Form::notary, notary_json("rsa", as_bytes(rsa.key->pem())));
  ASSERT_TRUE(ok(pem));
  ASSERT_TRUE(pem->can_verify());
  EXPECT_EQ(*pem->key, *rsa.key);
}

struct Tuf1Case {
  const char* name;
  KeyAlgorithm algorithm;
  const char* type;
  const char* scheme;
  bool usable;
};

class Tuf1Key : public ::testing::TestWithParam<Tuf1Case> {};

TEST_P(Tuf1Key, TypeSchemeAndCurve) {
  const auto key = new_key(GetParam().algorithm)->public_key();
  const std::string text =
      key->algorithm() == KeyAlgorithm::ed25519 ? hex_encode(key->raw_ed25519()) : key->pem();
  const auto read = parse_key(Form::tuf1, tuf1_json(GetParam().type, GetParam().scheme, text));
  ASSERT_TRUE(ok(read));
  EXPECT_EQ(read->can_verify(), GetParam().usable);
  EXPECT_EQ(schemes_of(Form::tuf1, *read).size(), GetParam().usable ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Each, Tuf1Key,
    ::testing::Values(
        Tuf1Case{"p256", KeyAlgorithm::ecdsa_p256, "ecdsa", "ecdsa-sha2-nistp256", true},
        Tuf1Case{"p256_old_type", KeyAlgorithm::ecdsa_p256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256",
                 true},
        Tuf1Case{"p384", KeyAlgorithm::ecdsa_p384, "ecdsa", "ecdsa-sha2-nistp384", true},
        Tuf1Case{"p521", KeyAlgorithm::ecdsa_p521, "ecdsa", "ecdsa-sha2-nistp521", true},
        Tuf1Case{"p384_as_p256", KeyAlgorithm::ecdsa_p384, "ecdsa", "ecdsa-sha2-nistp256", false},
        Tuf1Case{"p256_as_p384", KeyAlgorithm::ecdsa_p256, "ecdsa", "ecdsa-sha2-nistp384", false},
        Tuf1Case{"p256_as_rsa", KeyAlgorithm::ecdsa_p256, "rsa", "rsassa-pss-sha256", false},
        Tuf1Case{"p256_as_ed25519", KeyAlgorithm::ecdsa_p256, "ed25519", "ed25519", false},
        Tuf1Case{"ed25519", KeyAlgorithm::ed25519, "ed25519", "ed25519", true},
        Tuf1Case{"ed25519_as_p256", KeyAlgorithm::ed25519, "ecdsa", "ecdsa-sha2-nistp256", false},
        Tuf1Case{"unknown_scheme", KeyAlgorithm::ecdsa_p256, "ecdsa", "ecdsa-sha2-nistp999", false},
        Tuf1Case{"unknown_type", KeyAlgorithm::ecdsa_p256, "ml-dsa", "ml-dsa-65", false}),
    [](const auto& one) { return one.param.name; });

TEST(Tuf1KeyId, ComputedIdsAndLintedOnes) {
  const Key key = encode_key(Form::tuf1, new_key()->public_key());
  EXPECT_EQ(key.id, hex_encode(crypto::sha256(key.object)));
  EXPECT_TRUE(key.public_text.ends_with("-----END PUBLIC KEY-----\n"));
  const auto document = json::Document::parse(wire_text(Form::tuf1, key.object), {});
  ASSERT_TRUE(ok(document));
  const auto other_id = decode_key(Form::tuf1, "abc", document->root());
  ASSERT_TRUE(ok(other_id));
  EXPECT_FALSE(other_id->id_matches);
  EXPECT_EQ(other_id->id, "abc");
  const auto own_id = decode_key(Form::tuf1, key.id, document->root());
  ASSERT_TRUE(ok(own_id));
  EXPECT_TRUE(own_id->id_matches);
  // An unknown member is a part of the id here.
  const auto more = parse_key(
      Form::tuf1, with(wire_text(Form::tuf1, key.object), "{", "{\"keyid_hash_algorithms\":[\"sha256\"],"));
  ASSERT_TRUE(ok(more));
  EXPECT_NE(more->id, key.id);
  EXPECT_EQ(*more->key, *key.key);
}

TEST(Tuf1KeyId, HexPointsOfOldRepositories) {
  const auto key = new_key()->public_key();
  const auto read = parse_key(
      Form::tuf1, tuf1_json("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", hex_encode(key->ec_point())));
  ASSERT_TRUE(ok(read));
  ASSERT_TRUE(read->can_verify());
  EXPECT_EQ(*read->key, *key);
}

TEST(Tuf1KeyId, KeyTypesWithAnotherKeyval) {
  const auto read = parse_key(
      Form::tuf1, R"({"keytype":"sigstore-oidc","scheme":"Fulcio","keyval":{"identity":"a","issuer":"b"}})");
  ASSERT_TRUE(ok(read));
  EXPECT_FALSE(read->can_verify());
}

TEST(CertificateKey, OnlyCertificates) {
  EXPECT_TRUE(fails(certificate_key("no PEM"), ErrorCode::bad_format));
  EXPECT_FALSE(certificate_key(new_key()->public_key()->pem()));
}

TEST(CertificateKey, MadeForAGun) {
  const auto signer = new_key();
  const auto key = make_root_certificate(*signer, vector_gun(), vector_time(), vector_time() + 3650 * kDay,
                                         crypto::system_random());
  ASSERT_TRUE(ok(key));
  EXPECT_EQ(key->keytype, "ecdsa-x509");
  EXPECT_EQ(*key->key, *signer->public_key());
  EXPECT_EQ(key->certificate->common_name, vector_gun().str());
  EXPECT_EQ(key->certificate->not_after, vector_time() + 3650 * kDay);
  EXPECT_EQ(key->canonical_id, canonical_key_id(*signer->public_key()));
}

}  // namespace
}  // namespace boltseal::tuf::testing
