#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/support/crypto_vectors.h"

namespace boltseal::crypto {
namespace {

TEST(Seal, OpensWithTheSameKeyAndAssociatedDataOnly) {
  const Secret key(Bytes(32, 1));
  const Secret other(Bytes(32, 2));
  for (const std::string plain : {"", "x", "a private key of some length that is not a multiple"}) {
    const Bytes sealed = *seal(key, as_bytes(plain), as_bytes("gun/role"), system_random());
    EXPECT_EQ(sealed.size(), plain.size() + kSealOverhead);
    EXPECT_EQ(open_sealed(key, sealed, as_bytes("gun/role"))->text(), plain);
    EXPECT_EQ(open_sealed(other, sealed, as_bytes("gun/role")).error().code(), ErrorCode::bad_key);
    EXPECT_EQ(open_sealed(key, sealed, as_bytes("gun/other")).error().code(), ErrorCode::bad_key);
    EXPECT_EQ(open_sealed(key, sealed, {}).error().code(), ErrorCode::bad_key);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      Bytes changed = sealed;
      changed[i] ^= 0x80;
      EXPECT_FALSE(open_sealed(key, changed, as_bytes("gun/role"))) << i;
      EXPECT_FALSE(open_sealed(key, ByteView(sealed).first(i), as_bytes("gun/role"))) << i;
    }
  }
}

TEST(Seal, KnownValue) {  // NIST SP 800-38D test case 14: key, nonce and plain all zero
  struct Zero final : Random {
    void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{0}); }
  } zero;
  EXPECT_EQ(hex_encode(*seal(Secret(32), Bytes(16), {}, zero)),
            "000000000000000000000000"
            "cea7403d4d606b6e074ec5d3baf39d18"
            "d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(Seal, NoncesDiffer) {
  const Secret key(Bytes(32, 1));
  EXPECT_NE(*seal(key, Bytes(4), {}, system_random()), *seal(key, Bytes(4), {}, system_random()));
}

TEST(Seal, KeysHave32Bytes) {
  EXPECT_EQ(seal(Secret(Bytes(16)), {}, {}, system_random()).error().code(), ErrorCode::bad_key);
  EXPECT_EQ(open_sealed(Secret(Bytes(16)), Bytes(64), {}).error().code(), ErrorCode::bad_key);
}

}  // namespace
}  // namespace boltseal::crypto
