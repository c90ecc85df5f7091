#include "crypto/public_key.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/x509.h>

#include <thread>

#include "base/encoding.h"
#include "crypto/curve.h"
#include "crypto/digest.h"
#include "crypto/key_cache.h"
#include "crypto/openssl.h"
#include "crypto/pem.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

Bytes spki_of(const std::string& name) {
  return pem_read_first(vector_text("keys/" + name + ".pub.pem"))->der;
}

struct Known {
  const char* name;
  KeyAlgorithm algorithm;
  int bits;
  bool usable;
};
constexpr Known kKnown[] = {
    {"p256", KeyAlgorithm::ecdsa_p256, 256, true}, {"p384", KeyAlgorithm::ecdsa_p384, 384, true},
    {"p521", KeyAlgorithm::ecdsa_p521, 521, true}, {"ed25519", KeyAlgorithm::ed25519, 256, true},
    {"rsa2048", KeyAlgorithm::rsa, 2048, true},    {"rsa1024", KeyAlgorithm::rsa, 1024, false}};

TEST(PublicKey, LoadsWhatOpensslWrites) {
  for (const Known& known : kKnown) {
    const std::string pem = vector_text(std::string("keys/") + known.name + ".pub.pem");
    const auto key = PublicKey::from_pem(pem);
    ASSERT_TRUE(key) << known.name << key.error().what();
    EXPECT_EQ((*key)->algorithm(), known.algorithm);
    EXPECT_EQ((*key)->bits(), known.bits);
    EXPECT_EQ((*key)->usable(), known.usable);
    EXPECT_EQ((*key)->pem(), pem);
    EXPECT_EQ((*key)->spki(), spki_of(known.name));
    EXPECT_EQ((*key)->identity(), sha256(ByteView(spki_of(known.name))));
  }
}

TEST(PublicKey, OneNormalFormForAllSpellings) {
  const auto plain = PublicKey::from_pem(vector_text("keys/p256.pub.pem"));
  const auto compressed = PublicKey::from_pem(vector_text("keys/p256.compressed.pub.pem"));
  ASSERT_TRUE(plain && compressed);
  EXPECT_EQ((*plain)->identity(), (*compressed)->identity());
  const auto rsa = PublicKey::from_pem(vector_text("keys/rsa2048.pub.pem"));
  const auto pkcs1 = PublicKey::from_pem(vector_text("keys/rsa2048.rsapub.pem"));
  ASSERT_TRUE(rsa && pkcs1);
  EXPECT_TRUE(**rsa == **pkcs1);
  const auto point = PublicKey::from_ec_point(KeyAlgorithm::ecdsa_p256, (*plain)->ec_point());
  EXPECT_TRUE(**point == **plain);
  EXPECT_TRUE((*plain)->raw_ed25519().empty());
  EXPECT_TRUE((*rsa)->ec_point().empty());
}

TEST(PublicKey, RefusesOtherCurvesAndKinds) {
  EXPECT_EQ(PublicKey::from_pem(vector_text("keys/k1.pub.pem")).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(PublicKey::from_pem(vector_text("keys/p256.pkcs8.pem")).error().code(), ErrorCode::bad_format);
  EXPECT_EQ(PublicKey::from_pem("no key").error().code(), ErrorCode::bad_format);
  EXPECT_EQ(PublicKey::from_ec_point(KeyAlgorithm::rsa, Bytes(65, 4)).error().code(), ErrorCode::bad_key);
}

TEST(PublicKey, K6Ed25519Of31Bytes) {
  EXPECT_EQ(PublicKey::from_ed25519(Bytes(31)).error().code(), ErrorCode::bad_format);
  EXPECT_EQ(PublicKey::from_ed25519(Bytes(33)).error().code(), ErrorCode::bad_format);
}

TEST(PublicKey, RefusesPointsOffTheCurve) {
  for (const char* name : {"p256", "p384", "p521"}) {
    Bytes spki = spki_of(name);
    spki.back() ^= 1;
    EXPECT_EQ(PublicKey::from_spki(spki).error().code(), ErrorCode::bad_key) << name;
  }
  Bytes x_above_p(65, 0xff);  // coordinates are not reduced
  x_above_p[0] = 4;
  EXPECT_FALSE(PublicKey::from_ec_point(KeyAlgorithm::ecdsa_p256, x_above_p));
  EXPECT_FALSE(PublicKey::from_ec_point(KeyAlgorithm::ecdsa_p256, Bytes{0}));  // infinity
  Bytes hybrid = to_bytes((*PublicKey::from_spki(spki_of("p256")))->ec_point());
  hybrid[0] = static_cast<std::uint8_t>(6 | (hybrid.back() & 1));
  EXPECT_FALSE(PublicKey::from_ec_point(KeyAlgorithm::ecdsa_p256, hybrid));
  Bytes zero(65);
  zero[0] = 4;
  EXPECT_FALSE(PublicKey::from_ec_point(KeyAlgorithm::ecdsa_p256, zero));
}

TEST(PublicKey, EveryCutAndEveryTrailingByteIsRefused) {
  for (const Known& known : kKnown) {
    const Bytes spki = spki_of(known.name);
    for (std::size_t size = 0; size < spki.size(); ++size)
      EXPECT_FALSE(PublicKey::from_spki(ByteView(spki).first(size))) << known.name << size;
    Bytes longer = spki;
    longer.push_back(0);
    EXPECT_EQ(PublicKey::from_spki(longer).error().code(), ErrorCode::bad_format);
  }
}

TEST(PublicKey, RefusesLooseDer) {
  Bytes spki = spki_of("p256");  // 30 59 30 13 ...
  Bytes long_length = {0x30, 0x81};
  long_length.insert(long_length.end(), spki.begin() + 1, spki.end());
  EXPECT_FALSE(PublicKey::from_spki(long_length));
  const Bytes rsa_without_null = *hex_decode("300f300b06092a864886f70d010101030100");
  EXPECT_FALSE(PublicKey::from_spki(rsa_without_null));
  // RSA exponent 1, even, and 2^31+1.
  for (const char* exponent : {"020101", "020104", "02050080000001"}) {
    const std::string modulus = "02820100" + std::string(510, 'f') + "ff";
    EXPECT_FALSE(
        PublicKey::from_pem(pem_text("RSA PUBLIC KEY", *hex_decode("3082010f" + modulus + exponent))));
  }
}

/// Our reader accepts no key that OpenSSL refuses, and both see the same key: single-bit changes.
TEST(PublicKey, AgreesWithOpensslOnChangedKeys) {
  for (const char* name : {"p256", "ed25519", "rsa2048"}) {
    const Bytes original = spki_of(name);
    for (std::size_t bit = 0; bit < original.size() * 8; bit += original.size() > 200 ? 7 : 1) {
      Bytes changed = original;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const auto ours = PublicKey::from_spki(changed);
      if (!ours) continue;
      const unsigned char* at = changed.data();
      const PkeyPtr theirs(d2i_PUBKEY(nullptr, &at, static_cast<long>(changed.size())));
      ASSERT_TRUE(theirs) << name << " bit " << bit;
      unsigned char* der = nullptr;
      const int size = i2d_PUBKEY(theirs.get(), &der);
      ASSERT_GT(size, 0);
      EXPECT_EQ((*ours)->spki(), Bytes(der, der + size));
      OPENSSL_free(der);
    }
  }
  clear_openssl_errors();
}

TEST(Curve, OrdersAreOpensslsOrders) {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521}) {
    const Curve& curve = curve_of(algorithm);
    Bytes order(curve.bytes);
    ASSERT_GT(
        BN_bn2binpad(EC_GROUP_get0_order(group_of(curve)), order.data(), static_cast<int>(order.size())), 0);
    EXPECT_EQ(order, to_bytes(curve.order));
    EXPECT_FALSE(is_scalar(curve, curve.order));
    order.back() ^= 1;  // n is odd: n - 1
    EXPECT_TRUE(is_scalar(curve, order));
    EXPECT_FALSE(is_scalar(curve, Bytes(curve.bytes)));
    EXPECT_FALSE(is_scalar(curve, {}));
    EXPECT_TRUE(is_scalar(curve, Bytes{1}));
  }
}

TEST(KeyCache, KeepsTheLastUsed) {
  KeyCache cache(2);
  const auto p256 = cache.from_spki(spki_of("p256"));
  const auto p384 = cache.from_spki(spki_of("p384"));
  EXPECT_EQ(*cache.from_spki(spki_of("p256")), *p256);  // the same object
  ASSERT_TRUE(cache.from_spki(spki_of("p521")));        // p384 leaves
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(*cache.from_spki(spki_of("p256")), *p256);
  EXPECT_NE(*cache.from_spki(spki_of("p384")), *p384);
}

TEST(KeyCache, FailuresAreNotKept) {
  KeyCache cache(4);
  EXPECT_FALSE(cache.from_spki(Bytes{1, 2, 3}));
  EXPECT_FALSE(cache.from_pem("nothing"));
  EXPECT_EQ(cache.size(), 0u);
}

TEST(KeyCache, KindsAreApart) {
  KeyCache cache(4);
  const Bytes raw(32, 7);
  ASSERT_TRUE(cache.from_ed25519(raw));
  EXPECT_FALSE(cache.from_spki(raw));
}

TEST(KeyCache, ManyThreads) {
  KeyCache cache(3);
  std::vector<Bytes> keys = {spki_of("p256"), spki_of("p384"), spki_of("ed25519"), spki_of("rsa2048")};
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const Bytes& spki = keys[static_cast<std::size_t>(i + t) % keys.size()];
        const auto key = cache.from_spki(spki);
        if (key && (*key)->spki() == spki) ++good;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 400);
  EXPECT_LE(cache.size(), 3u);
}

}  // namespace
}  // namespace boltseal::crypto
