#include "crypto/pkcs8.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/der.h"
#include "crypto/oids.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

PemBlock block_of(const std::string& name) { return *pem_read_first(vector_text(name)); }
Sha256 identity_of(const std::string& name) {
  return (*PublicKey::from_pem(vector_text("keys/" + name + ".pub.pem")))->identity();
}
const Secret kPassphrase = Secret::of_text("secret");
const Secret kNotaryPassphrase = Secret::of_text("secretsecret");

class EncryptedKey : public testing::TestWithParam<const char*> {};

TEST_P(EncryptedKey, OpensWithItsPassphraseOnly) {
  const PemBlock block = block_of(std::string("encrypted/") + GetParam() + ".pem");
  ASSERT_TRUE(is_encrypted(block));
  EXPECT_EQ(load_private_key(block, nullptr).error().code(), ErrorCode::no_passphrase);
  const auto key = load_private_key(block, &kPassphrase);
  ASSERT_TRUE(key) << key.error().what();
  EXPECT_EQ((*key)->public_key()->identity(),
            identity_of(std::string(GetParam()) == "legacy.rsa" ? "rsa2048" : "p256"));
  for (const char* wrong : {"", "Secret", "secret "}) {
    const Secret passphrase = Secret::of_text(wrong);
    EXPECT_EQ(load_private_key(block, &passphrase).error().code(), ErrorCode::bad_passphrase);
  }
}

INSTANTIATE_TEST_SUITE_P(Openssl, EncryptedKey,
                         testing::Values("enc.aes-128-cbc", "enc.aes-192-cbc", "enc.aes-256-cbc", "enc.des3",
                                         "enc.prf-SHA1", "enc.prf-SHA224", "enc.prf-SHA256", "enc.prf-SHA384",
                                         "enc.prf-SHA512", "enc.scrypt", "legacy.aes128", "legacy.aes192",
                                         "legacy.aes256", "legacy.des3", "legacy.rsa"));

TEST(Pkcs8, DesNeedsTheLegacyProviderOrSaysSo) {
  const auto key = load_private_key(block_of("encrypted/legacy.des.pem"), &kPassphrase);
  if (key) {
    EXPECT_EQ((*key)->public_key()->identity(), identity_of("p256"));
  } else {
    EXPECT_EQ(key.error().code(), ErrorCode::bad_key);
    EXPECT_FALSE(key.error().hint().empty());
  }
}

TEST(Pkcs8, Pbes1IsRefusedWithAHint) {
  const auto key = load_private_key(block_of("encrypted/enc.pbes1.pem"), &kPassphrase);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code(), ErrorCode::bad_key);
  EXPECT_FALSE(key.error().hint().empty());
}

/// What notary 0.7.0 wrote is read; written again under the same salt and IV it is the same to the byte.
TEST(Pkcs8, NotaryKeyFiles) {
  for (const auto& [file, gun, role] :
       {std::tuple<const char*, const char*, const char*>{"notary/notary.targets.key",
                                                          "127.0.0.1:5000/demo/app_x", "targets"},
        {"notary/notary.root.key", nullptr, "root"},
        {"notary/notary.rsa.key", nullptr, "root"},
        {"notary/notary.ed25519.key", nullptr, "mine"}}) {
    const std::string text = vector_text(file);
    const PemBlock block = *pem_read_first(text);
    EXPECT_EQ(*block.header("role"), role);
    EXPECT_EQ(block.header("gun") == nullptr, gun == nullptr);
    const auto key = load_private_key(block, &kNotaryPassphrase);
    ASSERT_TRUE(key) << file << key.error().what();
    EXPECT_EQ(load_private_key(block, &kPassphrase).error().code(), ErrorCode::bad_passphrase);
    EXPECT_EQ(*pem_write(block), text);

    const Secret inner = *decrypt_pkcs8(block.der, kNotaryPassphrase);
    EXPECT_EQ(to_bytes((*key)->to_pkcs8(Pkcs8Style::notary)->view()), to_bytes(inner.view())) << file;
    struct Recorded final : Random {  // hands out the salt and IV of the file
      Bytes bytes;
      void fill(std::span<std::uint8_t> out) override {
        std::copy_n(bytes.begin(), out.size(), out.begin());
        bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(out.size()));
      }
    } recorded;
    const std::string hex = hex_encode(block.der);
    const std::size_t salt = hex.find("0408", hex.find("06092a864886f70d01050c")) + 4;
    const std::size_t iv = hex.find("0410", hex.find("060960864801650304012a")) + 4;
    recorded.bytes = *hex_decode(hex.substr(salt, 16) + hex.substr(iv, 32));
    EXPECT_EQ(encrypted_key_block(**key, kNotaryPassphrase, recorded)->der, block.der) << file;
  }
  EXPECT_EQ(
      (*load_private_key(block_of("notary/notary.rsa.key"), &kNotaryPassphrase))->public_key()->identity(),
      identity_of("rsa2048"));
  EXPECT_EQ((*load_private_key(block_of("notary/notary.ed25519.key"), &kNotaryPassphrase))
                ->public_key()
                ->identity(),
            identity_of("ed25519"));
}

TEST(Pkcs8, WritesNotarysLayout) {
  CountingRandom random;
  const auto key = SoftwareKey::generate(KeyAlgorithm::ecdsa_p256, random);
  const auto block = encrypted_key_block(**key, kPassphrase, random);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->type, "ENCRYPTED PRIVATE KEY");
  EXPECT_EQ(block->der.size(), 241u);  // 238 after the outer tag and length
  EXPECT_EQ(hex_encode(ByteView(block->der).first(54)).substr(0, 54),
            "3081ee304906092a864886f70d01050d303c301b06092a864886f7");
  EXPECT_EQ((*load_private_key(*block, &kPassphrase))->public_key()->identity(),
            (*key)->public_key()->identity());
}

/// EncryptedPrivateKeyInfo with the given key derivation and a block of garbage.
Bytes with_derivation(ByteView kdf, const der::Writer& parameters) {
  der::Writer derivation, encryption, pbes2, algorithm, content, out;
  derivation.oid(kdf).element(der::kSequence, parameters);
  encryption.oid(oid::kAes256Cbc).element(der::kOctetString, Bytes(16));
  pbes2.element(der::kSequence, derivation).element(der::kSequence, encryption);
  algorithm.oid(oid::kPbes2).element(der::kSequence, pbes2);
  content.element(der::kSequence, algorithm).element(der::kOctetString, Bytes(16));
  out.element(der::kSequence, content);
  return out.take();
}

TEST(Pkcs8, WorkAndMemoryAreBounded) {
  const auto pbkdf2 = [](std::uint64_t iterations) {
    der::Writer parameters;
    parameters.element(der::kOctetString, Bytes(8)).small_integer(iterations);
    return with_derivation(oid::kPbkdf2, parameters);
  };
  EXPECT_EQ(decrypt_pkcs8(pbkdf2(10'000'001), kPassphrase).error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(decrypt_pkcs8(pbkdf2(1001), kPassphrase, 1000).error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(decrypt_pkcs8(pbkdf2(0), kPassphrase).error().code(), ErrorCode::bad_format);
  const auto scrypt = [](std::uint64_t n, std::uint64_t r, std::uint64_t p) {
    der::Writer parameters;
    parameters.element(der::kOctetString, Bytes(8)).small_integer(n).small_integer(r).small_integer(p);
    return with_derivation(oid::kScrypt, parameters);
  };
  EXPECT_EQ(decrypt_pkcs8(scrypt(1u << 20, 8, 1), kPassphrase).error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(decrypt_pkcs8(scrypt(1u << 14, 8, 17), kPassphrase).error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(decrypt_pkcs8(scrypt(2, 1ull << 62, 1), kPassphrase).error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(decrypt_pkcs8(scrypt(1000, 8, 1), kPassphrase).error().code(), ErrorCode::bad_format);
  EXPECT_EQ(decrypt_pkcs8(scrypt(1024, 0, 1), kPassphrase).error().code(), ErrorCode::bad_format);
  EXPECT_EQ(decrypt_pkcs8(scrypt(1024, 8, 1), kPassphrase).error().code(), ErrorCode::bad_passphrase);
}

TEST(Pkcs8, CutFilesAreRefused) {
  const Bytes der = block_of("encrypted/enc.aes-256-cbc.pem").der;
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_FALSE(decrypt_pkcs8(ByteView(der).first(size), kPassphrase));
}

TEST(Pkcs8, LegacyHeadersAreChecked) {
  for (const char* dek :
       {"AES-256-CBC", "AES-256-CBC,00", "AES-256-CBC,zz", "RC4,00", "DES-EDE3-CBC,00112233445566778899"}) {
    PemBlock block("EC PRIVATE KEY", Bytes(16));
    block.headers = {{"Proc-Type", "4,ENCRYPTED"}, {"DEK-Info", dek}};
    const auto plain = decrypt_legacy_pem(block, kPassphrase);
    ASSERT_FALSE(plain) << dek;
    EXPECT_NE(plain.error().code(), ErrorCode::bad_passphrase);
  }
  PemBlock block("EC PRIVATE KEY", Bytes(16));
  block.headers = {{"DEK-Info", "AES-256-CBC,00112233445566778899aabbccddeeff"}};
  EXPECT_EQ(decrypt_legacy_pem(block, kPassphrase).error().code(), ErrorCode::bad_format);
}

}  // namespace
}  // namespace boltseal::crypto
