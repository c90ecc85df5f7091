#include "http/auth_challenge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

using ::testing::Pair;

TEST(AuthChallenge, ReadsDockersBearer) {
  const auto all =
      parse_challenges(
          R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:ns/app:pull,push",error="invalid_token")")
          .value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].scheme, "bearer");
  EXPECT_EQ(*all[0].find("realm"), "https://auth.docker.io/token");
  EXPECT_EQ(*all[0].find("scope"), "repository:ns/app:pull,push");
  EXPECT_EQ(*all[0].find("error"), "invalid_token");
  EXPECT_EQ(all[0].find("none"), nullptr);
}

TEST(AuthChallenge, ReadsSeveral) {
  const auto all =
      parse_challenges(
          R"(, Negotiate, NTLM abc123==, Basic realm="a\"b, c" , , Digest qop=auth ,NONCE = "x")")
          .value();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].scheme, "negotiate");
  EXPECT_EQ(all[1].token68, "abc123==");
  EXPECT_EQ(*all[2].find("realm"), "a\"b, c");
  EXPECT_THAT(all[3].parameters, ::testing::ElementsAre(Pair("qop", "auth"), Pair("nonce", "x")));
}

TEST(AuthChallenge, EmptyValueIsNoChallenge) {
  EXPECT_TRUE(parse_challenges("").value().empty());
  EXPECT_TRUE(parse_challenges(" , ,").value().empty());
  EXPECT_EQ(*parse_challenges(R"(Basic realm="")").value()[0].find("realm"), "");
}

TEST(AuthChallenge, RefusesBrokenText) {
  for (const char* text : {R"(Bearer realm="x)", R"(Bearer realm="x\)", R"(Bearer realm="x" service="y")",
                           R"(Bearer realm="x",realm="y")", R"(Bearer realm="x",Realm="y")",
                           "Bearer realm=,x=y", "Bearer =x", "\"x\"", "Bearer realm=\"a\x01\"", "Bearer@x"}) {
    const auto result = parse_challenges(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code(), ErrorCode::bad_response);
  }
}

TEST(AuthChallenge, LoneWordWithEqualsIsToken68) {
  EXPECT_EQ(parse_challenges("Bearer realm=").value()[0].token68, "realm=");
  EXPECT_EQ(parse_challenges("Bearer realm=").value()[0].find("realm"), nullptr);
}

TEST(AuthChallenge, IsBounded) {
  EXPECT_FALSE(parse_challenges(std::string(17 * 1024, 'a')));
  std::string many;
  for (int i = 0; i < 17; ++i) many += "Basic realm=\"x\",";
  EXPECT_FALSE(parse_challenges(many));
}

TEST(AuthChallenge, WritesWhatItReads) {
  const auto text =
      write_challenge("Bearer", {{"realm", "https://a/t"}, {"service", "a\"b\\c"}, {"scope", "x:y\r\n\xc3"}});
  EXPECT_EQ(text, R"(Bearer realm="https://a/t",service="a\"b\\c",scope="x:y")");
  EXPECT_EQ(*parse_challenges(text).value()[0].find("service"), "a\"b\\c");
}

}  // namespace
}  // namespace boltseal::http
