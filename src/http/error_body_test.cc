#include "http/error_body.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

TEST(ErrorBody, ReadsNotaryServers) {
  const auto e = parse_error_body(
      R"({"errors":[{"code":"INVALID_UPDATE","message":"Update sent by the client is invalid.","detail":{"Name":"ErrBadRoot","Error":{"Msg":"no"}}}]})"
      "\n");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->code, "INVALID_UPDATE");
  EXPECT_EQ(e->detail_name, "ErrBadRoot");
  EXPECT_EQ(e->detail_message, "no");
  EXPECT_TRUE(e->only_one);
}

TEST(ErrorBody, ReadsRegistrys) {
  const auto e = parse_error_body(
      R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}},{"code":"B"}]})");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->message, "manifest unknown");
  EXPECT_FALSE(e->only_one);
  EXPECT_EQ(parse_error_body(R"({"errors":[{"code":5,"detail":"d"}]})")->detail_message, "d");
}

TEST(ErrorBody, OthersAreNone) {
  for (const char* text : {"", "404 page not found", "{}", R"({"errors":{}})", R"({"errors":[]})",
                           R"({"errors":[1]})", "[]", "null", "<html>"})
    EXPECT_FALSE(parse_error_body(text)) << text;
  EXPECT_FALSE(parse_error_body(std::string(100'000, ' ') + R"({"errors":[{"code":"A"}]})"));
}

TEST(ErrorBody, DescribesEscaped) {
  EXPECT_EQ(describe_refusal(404, R"({"errors":[{"code":"A","message":"m","detail":"d"}]})"), "404 A: m (d)");
  EXPECT_EQ(describe_refusal(502, "bad gateway\r\n"), "502 bad gateway");
  EXPECT_EQ(describe_refusal(500, ""), "500");
  EXPECT_EQ(describe_refusal(500, "\x1b[31m").find('\x1b'), std::string::npos);
  EXPECT_LT(describe_refusal(500, std::string(5000, 'x')).size(), 200u);
}

}  // namespace
}  // namespace boltseal::http
