// Whole commands against a trust server in this process: what they print and ask.
#include "cli/boltseal/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "client/test_trust_server.h"

namespace boltseal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kName = "registry.example/team/app";

/// A repository that is good now: commands use the machine's clock.
test::Simulator repository_of_today() {
  const test::TestKey root = test::make_certificate(test::kGun, -36500 * kDay, 36500 * kDay);
  test::Simulator repo(tuf::Form::notary, std::string(test::kGun), &root);
  const Time now = system_clock().now();
  repo.root.expires = repo.file(RoleName::targets()).expires = now + 365 * kDay;
  repo.snapshot.expires = repo.timestamp.expires = now + 7 * kDay;
  repo.publish_root();
  repo.publish();
  return repo;
}

class BoltsealCommands : public ::testing::Test {
 protected:
  BoltsealCommands() {
    char pattern[] = "/tmp/boltseal-cli-XXXXXX";
    home_ = mkdtemp(pattern);
    setenv("HOME", home_.c_str(), 1);
    setenv("DOCKER_CONFIG", (home_ + "/.docker").c_str(), 1);
    setenv("XDG_CONFIG_HOME", (home_ + "/.config").c_str(), 1);
    setenv("DOCKER_CONTENT_TRUST_SERVER", trust_.url().c_str(), 1);
    unsetenv("NOTARY_AUTH");
    const auto config = Directory::open(home_ + "/.config/boltseal", true);
    EXPECT_TRUE(config->write_atomic("policy.json", R"({"format":1,"first_use":["registry.example/**"]})"));
    trust_.serve(repo_);
  }
  ~BoltsealCommands() override { std::filesystem::remove_all(home_); }

  /// Exit status; the output is in out_ and err_.
  int run(std::vector<std::string> words) {
    words.emplace_back("--no-prompt");
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int status = boltseal_main(words);
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return status;
  }

  std::string home_, out_, err_;
  test::Simulator repo_ = repository_of_today();
  client::TestTrustServer trust_;
};

TEST_F(BoltsealCommands, Security22_ResolvePrintsTheVerifiedDigestAndNothingElse) {
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v1"}), 0) << err_;
  EXPECT_EQ(out_, std::string(kName) + "@" + crypto::digest_of("content of v1").str() + "\n");
}

TEST_F(BoltsealCommands, Security22_ResolvePrintsNothingWithoutAVerdict) {
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v9"}), 5);
  EXPECT_THAT(out_, IsEmpty());
  trust_.set("tuf/timestamp.json", "{}");
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v1"}), 3);
  EXPECT_THAT(out_, IsEmpty());
}

TEST_F(BoltsealCommands, Security4_SignWithoutATerminalNeedsADigest) {
  EXPECT_EQ(run({"sign", std::string(kName) + ":v2"}), 2);
  EXPECT_THAT(err_, HasSubstr("the digest of what was built is missing"));
  EXPECT_THAT(err_, HasSubstr("--resolve-tag"));
  EXPECT_THAT(trust_.asked(), IsEmpty());
  EXPECT_THAT(trust_.published(), IsEmpty());
}

TEST_F(BoltsealCommands, Security14_PinMovesARepositoryToAnotherServer) {
  ASSERT_EQ(run({"resolve", std::string(kName) + ":v1"}), 0) << err_;
  client::TestTrustServer moved;
  moved.serve(repo_);
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v1", "--server", moved.url()}), 3);
  EXPECT_THAT(err_, HasSubstr("boltseal pin " + std::string(kName) + " --server " + moved.url()));
  EXPECT_EQ(run({"pin", kName, "--server", moved.url()}), 0) << err_;
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v1"}), 0) << err_;
  // The pin names the server now, and is moved again by the same words.
  client::TestTrustServer moved_again;
  moved_again.serve(repo_);
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v1", "--server", moved_again.url()}), 3);
  EXPECT_EQ(run({"pin", kName, "--server", moved_again.url()}), 0) << err_;
  const auto asked = moved_again.asked().size();
  EXPECT_EQ(run({"resolve", std::string(kName) + ":v1"}), 0) << err_;
  EXPECT_GT(moved_again.asked().size(), asked);
}

}  // namespace
}  // namespace boltseal::cli
