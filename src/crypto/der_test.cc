#include "crypto/der.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace boltseal::crypto::der {
namespace {

Bytes hex(std::string_view text) { return *hex_decode(text); }

TEST(DerReader, RefusesWhatIsNotStrict) {
  for (const char* text : {"", "30", "3080", "308000", "30810100", "3081010203", "30820005", "3082000501",
                           "1f810100", "3005ffff", "30847fffffff", "3085000000000100"}) {
    const Bytes bytes = hex(text);
    Reader reader{ByteView(bytes)};
    const auto element = reader.next();
    ASSERT_FALSE(element) << text;
    EXPECT_EQ(element.error().code(), ErrorCode::bad_format);
  }
}

TEST(DerReader, LongLengths) {
  Writer writer;
  const Bytes content(300, 7);
  writer.element(kOctetString, content);
  EXPECT_EQ(hex_encode(writer.bytes()).substr(0, 8), "0482012c");
  Reader reader(writer.bytes());
  EXPECT_EQ(reader.read(kOctetString)->size(), 300u);
  EXPECT_TRUE(reader.end());
}

TEST(DerReader, Integers) {
  struct Case {
    const char* der;
    const char* value;
  };
  for (const Case& c : {Case{"020100", "00"},
                        {"02017f", "7f"},
                        {"02020080", "80"},
                        {"0200", nullptr},
                        {"020180", nullptr},
                        {"02020000", nullptr},
                        {"0202007f", nullptr},
                        {"0203000080", nullptr}}) {
    const Bytes bytes = hex(c.der);
    Reader reader{ByteView(bytes)};
    const auto value = reader.unsigned_integer();
    ASSERT_EQ(value.has_value(), c.value != nullptr) << c.der;
    EXPECT_EQ(value ? hex_encode(*value) : "", c.value != nullptr ? c.value : "");
  }
  const Bytes largest = hex("02087fffffffffffffff");
  EXPECT_EQ(*Reader(ByteView(largest)).small_integer(), 0x7fffffffffffffffu);
  const Bytes too_large = hex("0209008000000000000000");
  EXPECT_FALSE(Reader(ByteView(too_large)).small_integer());
}

TEST(DerReader, BitStringsNullsAndEnds) {
  const Bytes unused = hex("03020680");
  EXPECT_FALSE(Reader(ByteView(unused)).bit_string());
  const Bytes none = hex("0300");
  EXPECT_FALSE(Reader(ByteView(none)).bit_string());
  const Bytes null = hex("0501ff");
  EXPECT_FALSE(Reader(ByteView(null)).null());
  const Bytes trailing = hex("050000");
  Reader reader{ByteView(trailing)};
  EXPECT_TRUE(reader.null());
  EXPECT_FALSE(reader.end());
  EXPECT_FALSE(Reader(ByteView(trailing)).enter(kSequence));
}

TEST(DerWriter, WritesWhatTheReaderReads) {
  Writer inner;
  inner.small_integer(0)
      .small_integer(255)
      .unsigned_integer(hex("0000ff"))
      .boolean(true)
      .null()
      .bit_string(hex("aa"));
  Writer outer;
  outer.element(kSequence, inner);
  EXPECT_EQ(hex_encode(outer.bytes()),
            "30140201000202"
            "00ff020200ff0101ff0500030200aa");
}

}  // namespace
}  // namespace boltseal::crypto::der
