#include "http/server/query.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

TEST(Query, DecodesPairsInOrder) {
  const auto query = Query::parse("a=1&b=x+y%21&a=2&&c&=v&d=");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->get("a"), "1");
  EXPECT_EQ(query->all("a"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(query->get("b"), "x y!");
  EXPECT_EQ(query->get("c"), "");
  EXPECT_EQ(query->get("d"), "");
  EXPECT_EQ(query->get(""), "v");
  EXPECT_EQ(query->get("e"), std::nullopt);
  EXPECT_EQ(query->pairs().size(), 6u);
}

TEST(Query, EmptyIsLegal) { EXPECT_TRUE(Query::parse("")->pairs().empty()); }

TEST(Query, BrokenOnesAreRefused) {
  for (const char* bad : {"a=%", "a=%4", "%zz=1", "a=1;b=2"}) {
    const auto query = Query::parse(bad);
    ASSERT_FALSE(query) << bad;
    EXPECT_EQ(query.error().code(), ErrorCode::bad_format);
  }
  const auto many = Query::parse("a&b&c", 2);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code(), ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace boltseal::http
