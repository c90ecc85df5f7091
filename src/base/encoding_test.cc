#include "base/encoding.h"

#include <gtest/gtest.h>

#include "base/untrusted.h"

namespace boltseal {
namespace {

TEST(Encoding, Base64RoundTripsEveryLength) {
  Bytes bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(*base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(*base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(*hex_decode(hex_encode(bytes)), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST(Encoding, Base64IsStrict) {
  for (const char* bad : {"A", "AA", "AAA", "A===", "====", "=", "AA=A", "AB==", "AAB=", "AA==\n",
                          "AA ==", "A-A=", "AAAA=", "AA======"}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
  for (const char* bad : {"A", "AA==", "A+AA", "AB"}) EXPECT_FALSE(base64url_decode(bad)) << bad;
  EXPECT_FALSE(base64_decode("-_8="));
}

TEST(Encoding, HexIsStrict) {
  for (const char* bad : {"a", "0g", "0x", " 0", "a b0"}) EXPECT_FALSE(hex_decode(bad)) << bad;
  EXPECT_EQ(*hex_decode("aF"), Bytes{0xaf});
}

TEST(Encoding, PercentEncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("../a?b#c%2f"), "..%2Fa%3Fb%23c%252f");
  EXPECT_EQ(*percent_decode("..%2fa%3Fb"), "../a?b");
  for (const char* bad : {"%", "%2", "%g0", "a%"}) EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(Bytes, Utf8) {
  for (const char* good : {"", "a", "é", "€", "𐍈", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Bytes, ConstantTimeEquality) {
  EXPECT_TRUE(equal_constant_time(as_bytes("ab"), as_bytes("ab")));
  EXPECT_FALSE(equal_constant_time(as_bytes("ab"), as_bytes("ac")));
  EXPECT_FALSE(equal_constant_time(as_bytes("ab"), as_bytes("abc")));
}

// SECURITY rule 26: what comes from outside can't move the cursor, hide or reorder text.
TEST(Security26, ForeignTextIsShownEscaped) {
  EXPECT_EQ(escape_untrusted("plain é"), "plain é");
  EXPECT_EQ(escape_untrusted("\x1b[31mred\n"), "\\x1b[31mred\\x0a");
  EXPECT_EQ(escape_untrusted("\xC2\x9B"
                             "31m"),
            "\\u{9b}31m");
  EXPECT_EQ(escape_untrusted("a\xE2\x80\xAE"
                             "b"),
            "a\\u{202e}b");
  EXPECT_EQ(escape_untrusted("a\xE2\x80\x8B"
                             "b\xEF\xBB\xBF"),
            "a\\u{200b}b\\u{feff}");
  EXPECT_EQ(escape_untrusted("\xFF\xC0"), "\\xff\\xc0");
  EXPECT_EQ(escape_untrusted(std::string("\0x", 2)), "\\x00x");
  EXPECT_EQ(escape_untrusted("\x7f"), "\\x7f");
  EXPECT_EQ(escape_untrusted("abcdef", 3), "abc…");
  EXPECT_EQ(Untrusted("\r").escaped(), "\\x0d");
}

}  // namespace
}  // namespace boltseal
