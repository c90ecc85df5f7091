#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boltseal::cli {
namespace {

constexpr Option kOptions[] = {{"format", 'f', "FORMAT", "text or json"},
                               {"yes", 'y', {}, "don't ask"},
                               {"quiet", 'q'},
                               {"role", 'r', "ROLE", "", true}};

Result<Parsed> parse(std::vector<std::string> words) { return parse_options(kOptions, words); }

TEST(Options, ReadsAsPflag) {
  const auto p = parse({"a", "--format=json", "b", "-yq", "-rx", "-r", "y", "--role", "z", "--", "--format"});
  ASSERT_TRUE(p) << p.error().what();
  EXPECT_EQ(p->value("format"), "json");
  EXPECT_TRUE(p->flag("yes"));
  EXPECT_TRUE(p->flag("quiet"));
  EXPECT_THAT(p->values("role"), testing::ElementsAre("x", "y", "z"));
  EXPECT_THAT(p->arguments(), testing::ElementsAre("a", "b", "--format"));
}

TEST(Options, BooleansTakeValuesOnlyByEquals) {
  EXPECT_FALSE(parse({"--yes=false"})->flag("yes"));
  EXPECT_THAT(parse({"--yes", "false"})->arguments(), testing::ElementsAre("false"));
  EXPECT_TRUE(parse({"-y=1"})->flag("yes"));
  EXPECT_FALSE(parse({"--yes=maybe"}));
}

TEST(Options, WrongOnesAreRefused) {
  for (const std::vector<std::string>& bad :
       std::vector<std::vector<std::string>>{{"--none"}, {"-x"}, {"--format"}, {"-f"}, {"-yx"}}) {
    const auto p = parse(bad);
    ASSERT_FALSE(p) << bad.front();
    EXPECT_EQ(p.error().code(), ErrorCode::usage);
  }
}

TEST(Options, TheLastOneCounts) { EXPECT_EQ(parse({"--format=a", "--format=b"})->value("format"), "b"); }

TEST(Options, ALoneDashIsAnArgument) { EXPECT_THAT(parse({"-"})->arguments(), testing::ElementsAre("-")); }

TEST(Options, HelpIsAligned) {
  EXPECT_EQ(describe_options(kOptions),
            "  -f, --format FORMAT  text or json\n"
            "  -y, --yes            don't ask\n"
            "  -q, --quiet          \n"
            "  -r, --role ROLE      \n");
}

}  // namespace
}  // namespace boltseal::cli
