#include "http/token.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

using std::chrono::seconds;

TEST(Token, ReadsBothNames) {
  EXPECT_EQ(parse_token_response(R"({"token":"abc"})").value().token.text(), "abc");
  EXPECT_EQ(parse_token_response(R"({"access_token":"def"})").value().token.text(), "def");
  EXPECT_EQ(parse_token_response(R"({"token":"","access_token":"def"})").value().token.text(), "def");
  EXPECT_EQ(parse_token_response(R"({"token":"abc","access_token":"def"})").value().token.text(), "abc");
}

TEST(Token, ReadsLifeAndRefreshToken) {
  const auto token =
      parse_token_response(
          R"({"token":"t","expires_in":300,"issued_at":"2026-11-24T07:00:00.5Z","refresh_token":"r"})")
          .value();
  EXPECT_EQ(token.expires_in, seconds(300));
  EXPECT_EQ(token.refresh_token.text(), "r");
  ASSERT_TRUE(token.issued_at);
  EXPECT_EQ(format_rfc3339_seconds(*token.issued_at), "2026-11-24T07:00:00Z");
}

TEST(Token, BoundsLife) {
  EXPECT_EQ(parse_token_response(R"({"token":"t"})").value().expires_in, seconds(60));
  EXPECT_EQ(parse_token_response(R"({"token":"t","expires_in":1})").value().expires_in, seconds(60));
  EXPECT_EQ(parse_token_response(R"({"token":"t","expires_in":-5})").value().expires_in, seconds(60));
  EXPECT_EQ(parse_token_response(R"({"token":"t","expires_in":300.0})").value().expires_in, seconds(300));
  EXPECT_EQ(parse_token_response(R"({"token":"t","expires_in":"300"})").value().expires_in, seconds(300));
  EXPECT_EQ(parse_token_response(R"({"token":"t","expires_in":9007199254740991})").value().expires_in,
            seconds(30 * 24 * 3600));
  EXPECT_EQ(parse_token_response(R"({"token":"t","expires_in":{}})").value().expires_in, seconds(60));
}

TEST(Token, RefusesOthers) {
  for (const char* text :
       {"", "{}", "[]", "null", R"({"token":5})", R"({"token":"a b"})", R"({"token":"a\r\nX: y"})",
        R"({"token":"ä"})", R"({"token":"a","token":"b"})", R"({"token":null})", "<html>"}) {
    const auto result = parse_token_response(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code(), ErrorCode::bad_response);
  }
  EXPECT_FALSE(parse_token_response(R"({"token":")" + std::string(200'000, 'a') + "\"}"));
}

}  // namespace
}  // namespace boltseal::http
