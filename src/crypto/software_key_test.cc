#include "crypto/software_key.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/encoding.h"
#include "crypto/oids.h"
#include "crypto/pem.h"
#include "crypto/pkcs8.h"
#include "crypto/private_key_encoding.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

PemBlock block_of(const std::string& name) { return *pem_read_first(vector_text("keys/" + name)); }
Sha256 identity_of(const std::string& name) {
  return (*PublicKey::from_pem(vector_text("keys/" + name + ".pub.pem")))->identity();
}

TEST(SoftwareKey, LoadsEveryEncodingOfOpenssl) {
  for (const char* name : {"p256", "p384", "p521", "ed25519", "rsa2048"}) {
    const auto key = load_private_key(block_of(std::string(name) + ".pkcs8.pem"), nullptr);
    ASSERT_TRUE(key) << name << key.error().what();
    EXPECT_EQ((*key)->public_key()->identity(), identity_of(name));
  }
  for (const char* name : {"p256", "p384", "p521"})
    EXPECT_EQ(
        (*load_private_key(block_of(std::string(name) + ".sec1.pem"), nullptr))->public_key()->identity(),
        identity_of(name));
  EXPECT_EQ((*load_private_key(block_of("rsa2048.pkcs1.pem"), nullptr))->public_key()->identity(),
            identity_of("rsa2048"));
  EXPECT_EQ((*load_private_key(block_of("ed25519.legacy.pem"), nullptr))->public_key()->identity(),
            identity_of("ed25519"));
}

TEST(SoftwareKey, StandardPkcs8IsOpenssls) {
  for (const char* name : {"p256", "p384", "p521", "ed25519", "rsa2048"}) {
    const std::string pem = vector_text(std::string("keys/") + name + ".pkcs8.pem");
    const auto key = load_private_key(*pem_read_first(pem), nullptr);
    EXPECT_EQ((*key)->to_pem()->text(), pem) << name;
    const Secret notary = *(*key)->to_pkcs8(Pkcs8Style::notary);
    const auto again = SoftwareKey::from_pkcs8(notary.view());
    ASSERT_TRUE(again) << name << again.error().what();
    EXPECT_EQ((*again)->public_key()->identity(), identity_of(name));
  }
  const auto p256 = load_private_key(block_of("p256.pkcs8.pem"), nullptr);
  EXPECT_EQ(to_bytes((*p256)->to_sec1()->view()), block_of("p256.sec1.pem").der);
  EXPECT_FALSE((*load_private_key(block_of("ed25519.pkcs8.pem"), nullptr))->to_sec1());
}

TEST(SoftwareKey, RefusesWeakAndForeignKeys) {
  EXPECT_EQ(load_private_key(block_of("rsa1024.pkcs8.pem"), nullptr).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(load_private_key(block_of("k1.pkcs8.pem"), nullptr).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(load_private_key(block_of("p256.pub.pem"), nullptr).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(SoftwareKey::generate(KeyAlgorithm::rsa).error().code(), ErrorCode::bad_key);
}

TEST(SoftwareKey, GeneratesRepeatably) {
  for (const KeyAlgorithm algorithm : {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384,
                                       KeyAlgorithm::ecdsa_p521, KeyAlgorithm::ed25519}) {
    CountingRandom a, b;
    const auto first = SoftwareKey::generate(algorithm, a);
    const auto second = SoftwareKey::generate(algorithm, b);
    ASSERT_TRUE(first && second) << name_of(algorithm);
    EXPECT_TRUE(*(*first)->public_key() == *(*second)->public_key());
    EXPECT_EQ((*first)->public_key()->algorithm(), algorithm);
    EXPECT_FALSE(*(*SoftwareKey::generate(algorithm))->public_key() == *(*first)->public_key());
  }
}

TEST(SoftwareKey, KnownScalars) {
  // RFC 6979, A.2.5: private and public key of P-256.
  const auto key = SoftwareKey::from_ec_scalar(
      KeyAlgorithm::ecdsa_p256,
      *hex_decode("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
  EXPECT_EQ(hex_encode((*key)->public_key()->ec_point()),
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  // RFC 8032, 7.1, test 1.
  const auto ed = SoftwareKey::from_ed25519_seed(
      *hex_decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(hex_encode((*ed)->public_key()->raw_ed25519()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(hex_encode(*(*ed)->sign_text(Scheme::ed25519, "")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b");
}

TEST(SoftwareKey, ScalarsAreChecked) {
  const Curve& curve = curve_of(KeyAlgorithm::ecdsa_p256);
  EXPECT_FALSE(SoftwareKey::from_ec_scalar(KeyAlgorithm::ecdsa_p256, Bytes(32)));
  EXPECT_FALSE(SoftwareKey::from_ec_scalar(KeyAlgorithm::ecdsa_p256, curve.order));
  EXPECT_FALSE(SoftwareKey::from_ec_scalar(KeyAlgorithm::ed25519, Bytes(32, 1)));
  Bytes long_one(40);
  long_one.back() = 1;  // leading zeros of old writers
  const auto one = SoftwareKey::from_ec_scalar(KeyAlgorithm::ecdsa_p256, long_one);
  ASSERT_TRUE(one);
  EXPECT_EQ(hex_encode((*one)->public_key()->ec_point()).substr(2, 8), "6b17d1f2");  // the base point
}

TEST(SoftwareKey, PartsThatDoNotBelongTogetherAreRefused) {
  const auto ours = load_private_key(block_of("p256.pkcs8.pem"), nullptr);
  const Curve& curve = curve_of(KeyAlgorithm::ecdsa_p256);
  CountingRandom random;
  const auto other = SoftwareKey::generate(KeyAlgorithm::ecdsa_p256, random);
  const Bytes scalar = Bytes(32, 5);
  const der::Writer mixed =
      write_pkcs8_ec(curve, scalar, (*other)->public_key()->ec_point(), Pkcs8Style::notary);
  EXPECT_EQ(SoftwareKey::from_pkcs8(mixed.bytes()).error().code(), ErrorCode::bad_key);
  Bytes expanded(64, 9);
  EXPECT_FALSE(SoftwareKey::from_pkcs8(write_pkcs8_ed25519(expanded, Pkcs8Style::notary).bytes()));
  Bytes rsa = block_of("rsa2048.pkcs1.pem").der;
  rsa[rsa.size() - 5] ^= 1;  // the coefficient: found out or worked around, never a wrong signature
  const auto damaged = SoftwareKey::from_pkcs1(rsa);
  EXPECT_TRUE(!damaged || verify(*(*damaged)->public_key(), Scheme::rsa_pkcs1_sha256, "m",
                                 *(*damaged)->sign_text(Scheme::rsa_pkcs1_sha256, "m")));
  rsa = block_of("rsa2048.pkcs1.pem").der;
  rsa[100] ^= 1;  // the modulus
  EXPECT_FALSE(SoftwareKey::from_pkcs1(rsa));
}

TEST(SoftwareKey, Sec1NeedsItsCurve) {
  const Curve& curve = curve_of(KeyAlgorithm::ecdsa_p256);
  const auto key = load_private_key(block_of("p256.pkcs8.pem"), nullptr);
  const der::Writer unnamed = write_sec1(curve, Bytes(32, 1), (*key)->public_key()->ec_point(), false);
  EXPECT_EQ(SoftwareKey::from_sec1(unnamed.bytes()).error().code(), ErrorCode::bad_key);
  // Outside P-384, inside P-256.
  der::Writer algorithm;
  algorithm.oid(oid::kEcPublicKey).oid(oid::kP384);
  der::Writer content;
  content.small_integer(0)
      .element(der::kSequence, algorithm)
      .element(der::kOctetString, block_of("p256.sec1.pem").der);
  der::Writer pkcs8;
  pkcs8.element(der::kSequence, content);
  EXPECT_EQ(SoftwareKey::from_pkcs8(pkcs8.bytes()).error().code(), ErrorCode::bad_key);
}

TEST(SoftwareKey, EveryCutIsRefused) {
  for (const char* name : {"p256.pkcs8.pem", "ed25519.pkcs8.pem"}) {
    const Bytes der = block_of(name).der;
    for (std::size_t size = 0; size < der.size(); ++size)
      EXPECT_FALSE(SoftwareKey::from_pkcs8(ByteView(der).first(size))) << name << size;
    Bytes longer = der;
    longer.push_back(0);
    EXPECT_FALSE(SoftwareKey::from_pkcs8(longer));
  }
}

TEST(SoftwareKey, ManyThreadsSign) {
  const auto key = load_private_key(block_of("p256.pkcs8.pem"), nullptr);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string message = std::to_string(i);
        const auto signature = (*key)->sign_text(Scheme::ecdsa_raw_sha256, message);
        if (signature && verify(*(*key)->public_key(), Scheme::ecdsa_raw_sha256, message, *signature)) ++good;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace boltseal::crypto
