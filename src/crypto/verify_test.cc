#include "crypto/verify.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/curve.h"
#include "crypto/der.h"
#include "crypto/openssl.h"
#include "crypto/pem.h"
#include "crypto/public_key.h"
#include "crypto/software_key.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

PublicKeyPtr key_of(const std::string& name) {
  return *PublicKey::from_pem(vector_text("keys/" + name + ".pub.pem"));
}

struct Vector {
  const char* key;
  const char* signature;
  Scheme scheme;
};
constexpr Vector kVectors[] = {{"p256", "p256.sha256.sig", Scheme::ecdsa_der_sha256},
                               {"p384", "p384.sha384.sig", Scheme::ecdsa_der_sha384},
                               {"p384", "p384.sha256.sig", Scheme::ecdsa_der_sha256},
                               {"p521", "p521.sha512.sig", Scheme::ecdsa_der_sha512},
                               {"ed25519", "ed25519.sig", Scheme::ed25519},
                               {"rsa2048", "rsa2048.pss32.sig", Scheme::rsa_pss_sha256},
                               {"rsa2048", "rsa2048.pssmax.sig", Scheme::rsa_pss_sha256},
                               {"rsa2048", "rsa2048.pss0.sig", Scheme::rsa_pss_sha256},
                               {"rsa2048", "rsa2048.pss32.sig", Scheme::rsa_pss_sha256_salt32},
                               {"rsa2048", "rsa2048.pkcs1.sig", Scheme::rsa_pkcs1_sha256}};
constexpr Scheme kSchemes[] = {
    Scheme::ecdsa_der_sha256,      Scheme::ecdsa_der_sha384, Scheme::ecdsa_der_sha512,
    Scheme::ecdsa_raw_sha256,      Scheme::ed25519,          Scheme::rsa_pss_sha256,
    Scheme::rsa_pss_sha256_salt32, Scheme::rsa_pkcs1_sha256};

TEST(Verify, OpensslSignatures) {
  const std::string message = vector_text("signatures/message.txt");
  for (const Vector& v : kVectors) {
    const Bytes signature = vector_bytes(std::string("signatures/") + v.signature);
    EXPECT_TRUE(verify(*key_of(v.key), v.scheme, message, signature)) << v.signature;
    EXPECT_FALSE(verify(*key_of(v.key), v.scheme, message + "!", signature)) << v.signature;
    Bytes changed = signature;
    changed[changed.size() / 2] ^= 1;
    EXPECT_FALSE(verify(*key_of(v.key), v.scheme, message, changed)) << v.signature;
    changed = signature;
    changed.push_back(0);
    EXPECT_FALSE(verify(*key_of(v.key), v.scheme, message, changed))
        << v.signature << " with a trailing byte";
    EXPECT_FALSE(verify(*key_of(v.key), v.scheme, message, ByteView(signature).first(signature.size() - 1)));
    EXPECT_FALSE(verify(*key_of(v.key), v.scheme, message, {}));
  }
}

TEST(Verify, SaltOf32BytesIsExact) {
  const std::string message = vector_text("signatures/message.txt");
  for (const char* other :
       {"signatures/rsa2048.pss0.sig", "signatures/rsa2048.pssmax.sig", "signatures/rsa2048.pkcs1.sig"})
    EXPECT_FALSE(verify(*key_of("rsa2048"), Scheme::rsa_pss_sha256_salt32, message, vector_bytes(other)))
        << other;
}

TEST(Verify, AKeyOfAnotherKindIsFalse) {
  const std::string message = vector_text("signatures/message.txt");
  for (const char* name : {"p256", "ed25519", "rsa2048"})
    for (const Vector& v : kVectors) {
      const PublicKeyPtr key = key_of(name);
      if (fits(key->algorithm(), v.scheme) && std::string(name) == v.key) continue;
      EXPECT_FALSE(verify(*key, v.scheme, message, vector_bytes(std::string("signatures/") + v.signature)));
    }
}

TEST(Verify, K6Rsa1024VerifiesNothing) {
  const std::string message = vector_text("signatures/message.txt");
  EXPECT_FALSE(verify(*key_of("rsa1024"), Scheme::rsa_pkcs1_sha256, message,
                      vector_bytes("signatures/rsa1024.pkcs1.sig")));
}

TEST(Verify, K7RawAndDerAreNotMixed) {
  const std::string message = vector_text("signatures/message.txt");
  const Bytes der = vector_bytes("signatures/p256.sha256.sig");
  const Bytes raw = *ecdsa_der_to_raw(der, 256);
  EXPECT_TRUE(verify(*key_of("p256"), Scheme::ecdsa_raw_sha256, message, raw));
  EXPECT_FALSE(verify(*key_of("p256"), Scheme::ecdsa_raw_sha256, message, der));
  EXPECT_FALSE(verify(*key_of("p256"), Scheme::ecdsa_der_sha256, message, raw));
  EXPECT_EQ(*ecdsa_raw_to_der(raw, 256), der);
}

TEST(Verify, NotaryEcdsaIsSha256OnEveryCurve) {
  const std::string message = vector_text("signatures/message.txt");
  const Bytes raw = *ecdsa_der_to_raw(vector_bytes("signatures/p384.sha256.sig"), 384);
  EXPECT_EQ(raw.size(), 96u);
  EXPECT_TRUE(verify(*key_of("p384"), Scheme::ecdsa_raw_sha256, message, raw));
  const Bytes sha384 = *ecdsa_der_to_raw(vector_bytes("signatures/p384.sha384.sig"), 384);
  EXPECT_FALSE(verify(*key_of("p384"), Scheme::ecdsa_raw_sha256, message, sha384));
}

/// In the manner of Wycheproof: a good (r, s) in every encoding but the right one.
TEST(Verify, K7LooseEcdsaDerIsRefused) {
  const std::string message = vector_text("signatures/message.txt");
  const PublicKeyPtr key = key_of("p256");
  const Bytes raw = *ecdsa_der_to_raw(vector_bytes("signatures/p256.sha256.sig"), 256);
  const auto wrap = [](const Bytes& content) {
    der::Writer out;
    out.element(der::kSequence, content);
    return out.take();
  };
  const auto integer = [](ByteView value) {
    der::Writer out;
    out.unsigned_integer(value);
    return out.take();
  };
  const auto join = [](Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  const Bytes r = integer(ByteView(raw).first(32));
  const Bytes s = integer(ByteView(raw).last(32));
  ASSERT_TRUE(verify(*key, Scheme::ecdsa_der_sha256, message, wrap(join(r, s))));
  Bytes padded_r = {0x02, static_cast<std::uint8_t>(r.size() - 1), 0x00};
  padded_r.insert(padded_r.end(), r.begin() + 2, r.end());
  const Bytes bad[] = {
      wrap(join(padded_r, s)),               // leading zero
      wrap(join(join(r, s), {0x05, 0x00})),  // appended NULL
      join(wrap(join(r, s)), {0x00}),        // trailing byte
      wrap(r),                               // s is missing
      wrap({}),
      wrap(join({0x02, 0x01, 0x00}, s)),                                               // r = 0
      wrap(join(r, {0x02, 0x01, 0x00})),                                               // s = 0
      wrap(join({0x02, 0x00}, s)),                                                     // empty INTEGER
      wrap(join({0x02, 0x01, 0xff}, s)),                                               // negative
      join({0x30, 0x81, static_cast<std::uint8_t>(r.size() + s.size())}, join(r, s)),  // long length
      join({0x30, 0x80}, join(join(r, s), {0x00, 0x00})),                              // indefinite length
      join({0x31, static_cast<std::uint8_t>(r.size() + s.size())}, join(r, s)),        // SET
  };
  for (const Bytes& signature : bad)
    EXPECT_FALSE(verify(*key, Scheme::ecdsa_der_sha256, message, signature)) << hex_encode(signature);
}

TEST(Verify, K7ScalarsOutsideTheOrderAreRefused) {
  const std::string message = vector_text("signatures/message.txt");
  const PublicKeyPtr key = key_of("p256");
  const Bytes raw = *ecdsa_der_to_raw(vector_bytes("signatures/p256.sha256.sig"), 256);
  const ByteView order = curve_of(KeyAlgorithm::ecdsa_p256).order;
  for (const std::size_t half : {0u, 32u}) {
    for (const bool zero : {true, false}) {
      Bytes changed = raw;
      for (std::size_t i = 0; i < 32; ++i) changed[half + i] = zero ? std::uint8_t{0} : order[i];
      EXPECT_FALSE(verify(*key, Scheme::ecdsa_raw_sha256, message, changed));
      EXPECT_FALSE(ecdsa_raw_to_der(changed, 256));
    }
  }
  // s + n: the same residue in one octet more.
  const BnPtr s(BN_bin2bn(raw.data() + 32, 32, nullptr));
  const BnPtr n(BN_bin2bn(order.data(), 32, nullptr));
  BN_add(s.get(), s.get(), n.get());
  Bytes sum(33);
  BN_bn2binpad(s.get(), sum.data(), 33);
  der::Writer pair;
  pair.unsigned_integer(ByteView(raw).first(32)).unsigned_integer(sum);
  der::Writer signature;
  signature.element(der::kSequence, pair);
  EXPECT_FALSE(verify(*key, Scheme::ecdsa_der_sha256, message, signature.bytes()));
}

TEST(Verify, RawLengthsAreExact) {
  EXPECT_FALSE(ecdsa_raw_to_der(Bytes(63, 1), 256));
  EXPECT_FALSE(ecdsa_raw_to_der(Bytes(65, 1), 256));
  EXPECT_FALSE(ecdsa_raw_to_der(Bytes(66, 1), 256));
  EXPECT_FALSE(ecdsa_raw_to_der(Bytes(64, 1), 384));
  EXPECT_TRUE(ecdsa_raw_to_der(Bytes(64, 1), 256));
  EXPECT_FALSE(ecdsa_raw_to_der(Bytes(64, 1), 255));
}

TEST(Verify, Ed25519SmallOrderKeysVerifyNothing) {
  // The eight points of small order (and the non-canonical spellings of two): with A = identity and S = 0, R
  // = identity, a lax verifier accepts any message.
  for (const char* point : {"0100000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "0000000000000000000000000000000000000000000000000000000000000080",
                            "0000000000000000000000000000000000000000000000000000000000000000",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                            "0100000000000000000000000000000000000000000000000000000000000080",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const PublicKeyPtr key = *PublicKey::from_ed25519(*hex_decode(point));
    Bytes signature = *hex_decode(point);
    signature.resize(64);
    for (int i = 0; i < 16; ++i)
      EXPECT_FALSE(verify(*key, Scheme::ed25519, std::to_string(i), signature)) << point;
  }
}

TEST(Verify, Ed25519ScalarAboveTheOrderIsRefused) {
  const std::string message = vector_text("signatures/message.txt");
  Bytes signature = vector_bytes("signatures/ed25519.sig");
  constexpr const char* kOrder =
      "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";  // little-endian
  const Bytes order = *hex_decode(kOrder);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature[32 + i] + unsigned{order[i]};
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(*key_of("ed25519"), Scheme::ed25519, message, signature));
}

TEST(Sign, EveryKeySignsWhatItsPublicKeyVerifies) {
  for (const char* name : {"p256", "p384", "p521", "ed25519", "rsa2048"}) {
    const Bytes der = pem_read_first(vector_text(std::string("keys/") + name + ".pkcs8.pem"))->der;
    const SoftwareKeyPtr key = *SoftwareKey::from_pkcs8(der);
    for (const Scheme scheme : kSchemes) {
      const auto signature = key->sign_text(scheme, "message");
      ASSERT_EQ(signature.has_value(), fits(key->public_key()->algorithm(), scheme))
          << name << name_of(scheme);
      if (!signature) {
        EXPECT_EQ(signature.error().code(), ErrorCode::bad_key);
        continue;
      }
      EXPECT_TRUE(verify(*key->public_key(), scheme, "message", *signature)) << name << name_of(scheme);
      EXPECT_FALSE(verify(*key->public_key(), scheme, "massage", *signature));
    }
  }
}

}  // namespace
}  // namespace boltseal::crypto
