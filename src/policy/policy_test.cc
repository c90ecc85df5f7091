#include "policy/policy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace boltseal::policy {
namespace {

Gun gun(std::string_view text) { return *Gun::parse(text); }
PolicyFile file(std::string text) {
  auto parsed = parse_policy(std::move(text), "/p/policy.json");
  EXPECT_TRUE(parsed) << parsed.error().what();
  return parsed ? std::move(*parsed) : PolicyFile{};
}
const std::string kHash(64, 'a');
const std::string kOther(64, 'b');

TEST(Pattern, IsAnchoredAtBothEndsAndAtSlashes) {
  const auto matches = [](std::string_view p, std::string_view g) {
    return GunPattern::parse(p)->matches(gun(g));
  };
  EXPECT_TRUE(matches("r.io/a/b", "r.io/a/b"));
  EXPECT_FALSE(matches("r.io/a", "r.io/a/b"));
  EXPECT_FALSE(matches("r.io/a", "r.io/ab"));
  EXPECT_TRUE(matches("r.io/a/*", "r.io/a/b"));
  EXPECT_FALSE(matches("r.io/a/*", "r.io/a/b/c"));
  EXPECT_FALSE(matches("r.io/a/*", "r.io/a"));
  EXPECT_TRUE(matches("r.io/a/**", "r.io/a/b/c"));
  EXPECT_FALSE(matches("r.io/a/**", "r.io/a"));
  EXPECT_FALSE(matches("r.io/a/**", "r.io/ab/c"));
  EXPECT_TRUE(matches("*/a", "r.io/a"));
  EXPECT_TRUE(matches("**", "r.io/a/b/c"));
  for (const char* bad : {"", "a*", "a/b*", "**/a", "a/***", "/a", "a/", "a//b", "a/../b"})
    EXPECT_FALSE(GunPattern::parse(bad)) << bad;
}

TEST(Pattern, TheMostSpecificDecides) {
  const Policy policy(
      file(R"({"format":1,"servers":[{"gun":"**","url":"https://all"},{"gun":"r.io/**","url":"https://r"},
    {"gun":"r.io/a/*","url":"https://ra"},{"gun":"r.io/a/b","url":"https://rab"}]})"),
      {});
  EXPECT_EQ(policy.server_for(gun("x.io/a"))->url, "https://all");
  EXPECT_EQ(policy.server_for(gun("r.io/c/d"))->url, "https://r");
  EXPECT_EQ(policy.server_for(gun("r.io/a/c"))->url, "https://ra");
  EXPECT_EQ(policy.server_for(gun("r.io/a/b"))->url, "https://rab");
}

TEST(Policy, UserMayAddButNotLoosen) {
  const Policy policy(
      file(R"({"format":1,"servers":[{"gun":"r.io/**","url":"https://system"}],"first_use":["lab.io/**"],
                          "freshness":{"max_age":"2d","require_online":true}})"),
      file(
          R"({"format":1,"servers":[{"gun":"r.io/a","url":"https://evil"},{"gun":"u.io/a","url":"https://user"}],
                          "first_use":["**"],"freshness":{"max_age":"100d","max_remaining_life":"1d","require_online":false}})"));
  EXPECT_EQ(policy.server_for(gun("r.io/a"))->url, "https://system");
  EXPECT_EQ(policy.server_for(gun("u.io/a"))->url, "https://user");
  EXPECT_TRUE(policy.allows_first_use(gun("lab.io/x")));
  EXPECT_FALSE(policy.allows_first_use(gun("r.io/a")));
  EXPECT_EQ(policy.freshness().max_age, 2 * kDay);
  EXPECT_EQ(policy.freshness().max_remaining_life, kDay);
  EXPECT_TRUE(policy.freshness().require_online);
}

TEST(Policy, UserMayLoosenWhatTheSystemLeavesOpen) {
  const Policy policy({}, file(R"({"format":1,"first_use":["r.io/**"],"freshness":{"max_age":"100d"}})"));
  EXPECT_TRUE(policy.allows_first_use(gun("r.io/a")));
  EXPECT_EQ(policy.freshness().max_age, 100 * kDay);
}

TEST(Security13, ACaFileLiesBesideThePolicy) {
  char folder[] = "/tmp/boltseal-policy-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = folder;
  std::ofstream(path + "/ca.pem") << "the CA";
  const auto parsed =
      parse_policy(R"({"format":1,"pins":[{"gun":"r.io/a/b","ca_file":"ca.pem"}]})", path + "/policy.json");
  std::filesystem::remove_all(path);
  ASSERT_TRUE(parsed) << parsed.error().what();
  const auto pin = Policy({}, *parsed).pin_for(gun("r.io/a/b"));
  ASSERT_TRUE(pin && *pin);
  EXPECT_EQ((*pin)->root.ca_bundle, "the CA");
  EXPECT_TRUE((*pin)->anchors());
}

TEST(Security13, PinsOfBothFilesHold) {
  const std::string base = R"({"format":1,"pins":[{"gun":"r.io/a","root_sha256":")";
  const Policy agree(file(base + kHash + R"(","minimal_root_version":2}]})"),
                     file(base + kHash + R"(","minimal_root_version":5}]})"));
  const auto pin = agree.pin_for(gun("r.io/a"));
  ASSERT_TRUE(pin && *pin);
  EXPECT_EQ((*pin)->root.minimal_version, 5);
  const Policy contradict(file(base + kHash + "\"}]}"), file(base + kOther + "\"}]}"));
  EXPECT_EQ(contradict.pin_for(gun("r.io/a")).error().code(), ErrorCode::pin_mismatch);
  EXPECT_FALSE(*agree.pin_for(gun("r.io/b")));
}

TEST(Security13, ABareKeyPinIsKnownAsOne) {
  const Policy policy(file(R"({"format":1,"pins":[{"gun":"r.io/a","keys":[")" + kHash + "\"]}]}"), {});
  EXPECT_TRUE((*policy.pin_for(gun("r.io/a")))->bare_keys());
}

TEST(Policy, NameMapsKeepTheRestOfTheName) {
  const Policy policy(
      file(
          R"({"format":1,"names":[{"name":"mirror.io/hub/**","source":"docker.io/**"},{"name":"r.io/one","source":"s.io/two"}]})"),
      {});
  EXPECT_EQ(policy.source_of(gun("mirror.io/hub/library/alpine"))->str(), "docker.io/library/alpine");
  EXPECT_EQ(policy.source_of(gun("r.io/one"))->str(), "s.io/two");
  EXPECT_EQ(policy.source_of(gun("mirror.io/hubs/x"))->str(), "mirror.io/hubs/x");
}

TEST(Policy, WrongFilesAreRefusedWithTheirPath) {
  for (const char* bad :
       {"", "{}", "[]", R"({"format":2})", R"({"format":1,"pin":[]})",
        R"({"format":1,"pins":[{"gun":"a/b"}]})", R"({"format":1,"pins":[{"gun":"a/b","keys":[]}]})",
        R"({"format":1,"pins":[{"gun":"a/b","root_sha256":"XY"}]})",
        R"({"format":1,"servers":[{"gun":"a/*b","url":"https://x"}]})",
        R"({"format":1,"servers":[{"gun":"a/b","url":"http://x"}]})",
        R"({"format":1,"servers":[{"gun":"a/b","url":"https://x","form":"tuf2"}]})",
        R"({"format":1,"freshness":{"max_age":"1w"}})", R"({"format":1,"freshness":{"max_age":14}})",
        R"({"format":1,"names":[{"name":"a/**","source":"b/*"}]})",
        R"({"format":1,"names":[{"name":"*/a/**","source":"b/**"}]})", R"({"format":1,"Format":1})",
        R"({"format":1,"first_use":[3]})", R"({"format":1,"pins":[{"gun":"a/b","ca_file":"/no/such"}]})"}) {
    const auto result = parse_policy(bad, "/p/policy.json");
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code(), ErrorCode::bad_config) << bad;
    EXPECT_NE(result.error().what().find("/p/policy.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace boltseal::policy
