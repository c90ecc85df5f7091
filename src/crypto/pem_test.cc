#include "crypto/pem.h"

#include <gtest/gtest.h>

namespace boltseal::crypto {
namespace {

TEST(Pem, WritesAsGoDoes) {
  PemBlock block("ENCRYPTED PRIVATE KEY", Bytes(50, 0));
  block.headers = {{"role", "targets"}, {"gun", "a/b"}, {"path", "0"}, {"Proc-Type", "4,ENCRYPTED"}};
  EXPECT_EQ(
      *pem_write(block),
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\ngun: a/b\npath: 0\nrole: targets\n\n"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAA=\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_EQ(*pem_write(PemBlock("X", {})), "-----BEGIN X-----\n-----END X-----\n");
  EXPECT_EQ(pem_text("X", Bytes{1}), "-----BEGIN X-----\nAQ==\n-----END X-----\n");
}

TEST(Pem, HeadersThatWouldBreakTheFormAreRefused) {
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"a:b", "c"}, {"a", "b\nc"}, {"a\n", "b"}, {"", "b"}}) {
    PemBlock block("X", {});
    block.headers = {{name, value}};
    EXPECT_EQ(pem_write(block).error().code(), ErrorCode::bad_format);
  }
}

TEST(Pem, ReadsBlocksAmongText) {
  const auto blocks = pem_read_all(
      "subject=x\n-----BEGIN A-----\r\nrole:  targets \r\n\r\nAQ\r\nI=\r\n-----END A-----\r\nnoise\n"
      "-----BEGIN B B-----\nAwQ=\n-----END B B-----");
  ASSERT_TRUE(blocks) << blocks.error().what();
  ASSERT_EQ(blocks->size(), 2u);
  EXPECT_EQ((*blocks)[0].type, "A");
  EXPECT_EQ(*(*blocks)[0].header("role"), "targets");
  EXPECT_EQ((*blocks)[0].header("gun"), nullptr);
  EXPECT_EQ((*blocks)[0].der, (Bytes{1, 2}));
  EXPECT_EQ((*blocks)[1].type, "B B");
  EXPECT_EQ((*blocks)[1].der, (Bytes{3, 4}));
  EXPECT_TRUE(pem_read_all("")->empty());
  EXPECT_FALSE(pem_read_first("text"));
}

TEST(Pem, RefusesBrokenBlocks) {
  for (const char* text :
       {"-----BEGIN A-----\nAQI=\n", "-----BEGIN A-----\nAQI=\n-----END B-----\n",
        "-----BEGIN A-----\nAQI\n-----END A-----\n", "-----BEGIN A-----\nA*I=\n-----END A-----\n",
        "-----BEGIN A-----\nAQJ=\n-----END A-----\n", "-----BEGIN A-----",
        "-----BEGIN A-----\nx: 1\nx: 2\n\nAQI=\n-----END A-----\n",
        "-----BEGIN A-----\nAQI=\n-----BEGIN A-----\nAQI=\n-----END A-----\n"}) {
    const auto blocks = pem_read_all(text);
    ASSERT_FALSE(blocks) << text;
    EXPECT_EQ(blocks.error().code(), ErrorCode::bad_format);
  }
}

TEST(Pem, IsBounded) {
  EXPECT_EQ(pem_read_all(std::string((1u << 20) + 1, 'x')).error().code(), ErrorCode::limit_exceeded);
  std::string many;
  for (int i = 0; i < 257; ++i) many += "-----BEGIN A-----\nAQI=\n-----END A-----\n";
  EXPECT_EQ(pem_read_all(many).error().code(), ErrorCode::limit_exceeded);
  std::string headers = "-----BEGIN A-----\n";
  for (int i = 0; i < 65; ++i) headers += "h" + std::to_string(i) + ": v\n";
  EXPECT_EQ(pem_read_all(headers + "\nAQI=\n-----END A-----\n").error().code(), ErrorCode::limit_exceeded);
}

TEST(Pem, HeadersAreEdited) {
  PemBlock block("X", {});
  block.set_header("role", "a");
  block.set_header("role", "b");
  EXPECT_EQ(block.headers.size(), 1u);
  EXPECT_EQ(*block.header("role"), "b");
  block.remove_header("role");
  EXPECT_TRUE(block.headers.empty());
  const PemBlock copy = block;
  block = copy;
  EXPECT_EQ(block.type, "X");
}

}  // namespace
}  // namespace boltseal::crypto
