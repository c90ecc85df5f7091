#include "crypto/digest.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/random.h"

namespace boltseal::crypto {
namespace {

TEST(Digest, KnownValues) {  // FIPS 180-4 examples
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha512("abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(digest_of("abc").str(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, StreamEqualsWholeAndStartsAnew) {
  Sha256Stream stream;
  stream.update("a");
  stream.update("");
  stream.update("bc");
  EXPECT_EQ(stream.finish(), sha256("abc"));
  stream.update("abc");
  Sha256Stream moved = std::move(stream);
  EXPECT_EQ(moved.finish(), sha256("abc"));
  EXPECT_EQ(moved.finish(), sha256(""));
}

TEST(Random, FillsWithDifferentBytes) {
  Bytes a(32), b(32);
  system_random().fill(a);
  system_random().fill(b);
  EXPECT_NE(a, b);
  EXPECT_NE(a, Bytes(32));
}

}  // namespace
}  // namespace boltseal::crypto
