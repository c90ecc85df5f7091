#include "http/server/path.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

TEST(Path, DecodesOnce) {
  std::string storage;
  EXPECT_EQ(decode_path("/a/b", storage).value(), "/a/b");
  EXPECT_EQ(decode_path("/a%2Fb%25", storage).value(), "/a/b%");
  EXPECT_EQ(decode_path("/%252e", storage).value(), "/%2e");
  EXPECT_FALSE(decode_path("/%", storage));
}

struct Clean {
  const char* path;
  const char* cleaned;
};

TEST(Path, IsCleanedAsGosRouterDoes) {
  const Clean kCases[] = {{"/", "/"},         {"/a", "/a"},         {"/a/", "/a/"},
                          {"//", "/"},        {"/a//b", "/a/b"},    {"/a/./b", "/a/b"},
                          {"/a/../b", "/b"},  {"/../a", "/a"},      {"/a/..", "/"},
                          {"/a/b/.", "/a/b"}, {"/a/b/./", "/a/b/"}, {"//evil.example/x", "/evil.example/x"},
                          {"/...", "/..."},   {"/a/.b", "/a/.b"},   {"/a//", "/a/"}};
  for (const Clean& c : kCases) {
    EXPECT_EQ(clean_path(c.path), c.cleaned) << c.path;
    EXPECT_EQ(is_clean_path(c.path), std::string(c.path) == c.cleaned) << c.path;
    EXPECT_TRUE(is_clean_path(clean_path(c.path))) << c.path;
  }
}

TEST(Path, LocationIsEncoded) {
  EXPECT_EQ(clean_location("/v2//a b/%", "n=1&m=%2F"), "/v2/a%20b/%25?n=1&m=%2F");
  EXPECT_EQ(clean_location("//x;y,z:@&=+$", ""), "/x;y,z:@&=+$");
  EXPECT_EQ(clean_location("/a\r\nSet-Cookie: x//", ""), "/a%0D%0ASet-Cookie:%20x/");
}

TEST(Path, TargetIsSplit) {
  const auto origin = split_target("/a?b?c");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->raw_path, "/a");
  EXPECT_EQ(origin->query, "b?c");
  const auto absolute = split_target("HTTPS://h.example:1?q");
  EXPECT_FALSE(absolute);  // a query without a path
  const auto bare = split_target("https://h.example:1");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->authority, "h.example:1");
  EXPECT_EQ(bare->raw_path, "/");
  for (const char* bad : {"", "a", "http:///x", "/a b", "/a\x7f", "/a#", "mailto:x"})
    EXPECT_FALSE(split_target(bad)) << bad;
}

}  // namespace
}  // namespace boltseal::http
