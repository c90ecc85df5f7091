#include "tuf/path_pattern.h"

#include <gtest/gtest.h>

#include <ctime>

#include "crypto/digest.h"

namespace boltseal::tuf {
namespace {

struct GlobCase {
  const char* pattern;
  const char* name;
  bool matches;
};

class Glob : public testing::TestWithParam<GlobCase> {};
TEST_P(Glob, Matches) {
  EXPECT_EQ(glob_matches(GetParam().pattern, GetParam().name), GetParam().matches)
      << GetParam().pattern << " / " << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(
    Segments, Glob,
    testing::Values(GlobCase{"*", "v1", true}, GlobCase{"*", "", true}, GlobCase{"*", "a/b", false},
                    GlobCase{"*/*", "a/b", true}, GlobCase{"*/*", "a/b/c", false},
                    GlobCase{"a/*", "a/", true}, GlobCase{"a/*", "a", false}, GlobCase{"", "", true},
                    GlobCase{"", "a", false}, GlobCase{"v?", "v1", true}, GlobCase{"v?", "v", false},
                    GlobCase{"v?", "v12", false}, GlobCase{"?", "/", false}, GlobCase{"?", "\xC3\xA9", true},
                    GlobCase{"??", "\xC3\xA9", false}, GlobCase{"*a*b", "xxaxxbxb", true},
                    GlobCase{"*a*b", "xxbxxa", false}, GlobCase{"a**b", "ab", true},
                    GlobCase{"A", "a", false}, GlobCase{"a*", "a", true}));

// As python-tuf (Python's fnmatch on each segment).
INSTANTIATE_TEST_SUITE_P(Sets, Glob,
                         testing::Values(GlobCase{"[abc]", "b", true}, GlobCase{"[abc]", "d", false},
                                         GlobCase{"[!abc]", "d", true}, GlobCase{"[!abc]", "a", false},
                                         GlobCase{"[a-c]x", "bx", true}, GlobCase{"[a-c]x", "dx", false},
                                         GlobCase{"[]a]", "]", true}, GlobCase{"[!]a]", "]", false},
                                         GlobCase{"[!]a]", "b", true}, GlobCase{"[a-]", "-", true},
                                         GlobCase{"[-a]", "-", true}, GlobCase{"[a-c-e]", "d", false},
                                         GlobCase{"[a-c-e]", "-", true}, GlobCase{"[z-a]", "m", false},
                                         GlobCase{"[!z-a]", "m", true}, GlobCase{"[b-ax]", "x", true},
                                         GlobCase{"[", "[", true}, GlobCase{"[!]", "[!]", true},
                                         GlobCase{"[]", "[]", true}, GlobCase{"[a", "[a", true},
                                         GlobCase{"[^b]", "a", false}, GlobCase{"[^b]", "^", true},
                                         GlobCase{"[a/b]", "[a/b]", true}));

// The dialects of TUF.md 1 that other clients read differently.
INSTANTIATE_TEST_SUITE_P(P1c_Differentials, Glob,
                         testing::Values(GlobCase{"*", ".x", true}, GlobCase{"{a,b}", "a", false},
                                         GlobCase{"!b", "a", false}, GlobCase{"#a", "#a", true},
                                         GlobCase{"+(a|b)", "ab", false}, GlobCase{"[!b]", "a", true},
                                         GlobCase{"[^b]", "a", false}, GlobCase{"a\\*", "a*", false},
                                         GlobCase{"a\\*", "a\\x", true}));

TEST(PathPattern, ABadByteEqualsOnlyItself) {
  EXPECT_TRUE(glob_matches("\xFF", "\xFF"));
  EXPECT_FALSE(glob_matches("\xFF", "\xFE"));
  EXPECT_FALSE(glob_matches("[a-z]", "\xFF"));
  EXPECT_TRUE(glob_matches("?", "\xC3"));
}

TEST(PathPattern, HostilePatternsEndSoon) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "*a";
  pattern += "*b";
  const std::string name(4000, 'a');
  const std::clock_t start = std::clock();
  EXPECT_FALSE(glob_matches(pattern, name));
  EXPECT_LT(std::clock() - start, 4 * CLOCKS_PER_SEC);  // processor time, also under a sanitizer
  EXPECT_FALSE(glob_matches(std::string(4097, '*'), "a"));
  EXPECT_FALSE(glob_matches("*", std::string(4097, 'a')));
}

TEST(PathPattern, NotaryPrefixes) {
  EXPECT_TRUE(prefix_matches("", "anything"));
  EXPECT_TRUE(prefix_matches("v", "v1"));
  EXPECT_FALSE(prefix_matches("v1", "v"));
  EXPECT_FALSE(prefix_matches("*", "v"));
  using List = std::vector<std::string>;
  EXPECT_EQ(intersect_prefixes({"a/", "b"}, {"a/x", "a", "bc", "c", ""}), (List{"a/x", "bc"}));
  EXPECT_EQ(intersect_prefixes({""}, {"", "x"}), (List{"", "x"}));
  EXPECT_EQ(intersect_prefixes({}, {"", "x"}), List{});
}

TEST(PathPattern, PortablePatterns) {
  EXPECT_TRUE(is_portable_pattern("by-role/alice/*"));
  EXPECT_FALSE(is_portable_pattern("[ab]"));
  EXPECT_FALSE(is_portable_pattern("a{b}"));
  EXPECT_FALSE(is_portable_pattern("a b"));
}

TEST(PathPattern, HashPrefixes) {
  const Sha256 hash = crypto::sha256(std::string_view("v1"));  // 3bfc2695...
  EXPECT_TRUE(hash_prefix_matches("3", hash));
  EXPECT_TRUE(hash_prefix_matches("3bfc", hash));
  EXPECT_FALSE(hash_prefix_matches("3BFC", hash));
  EXPECT_FALSE(hash_prefix_matches("4", hash));
}

TEST(PathPattern, SuccinctBins) {
  Sha256 hash{};
  hash[0] = 0xAB;
  hash[1] = 0xCD;
  hash[2] = 0xEF;
  hash[3] = 0x01;
  EXPECT_EQ(succinct_bin_name("bin", 1, hash), "bin-1");
  EXPECT_EQ(succinct_bin_name("bin", 4, hash), "bin-a");
  EXPECT_EQ(succinct_bin_name("bin", 5, hash), "bin-15");
  EXPECT_EQ(succinct_bin_name("bin", 8, hash), "bin-ab");
  EXPECT_EQ(succinct_bin_name("bin", 11, hash), "bin-55e");
  EXPECT_EQ(succinct_bin_name("bin", 32, hash), "bin-abcdef01");
  EXPECT_EQ(succinct_bin_name("bin", 11, Sha256{}), "bin-000");
}

}  // namespace
}  // namespace boltseal::tuf
