#include "server/shadow/shadow.h"

#include <gtest/gtest.h>

#include "server/storage/read_only.h"
#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::must;
using testing::Owner;
using testing::TestServer;

TEST(CompareAnswers, FindsWhatMatters) {
  const ShadowAnswer good{200, "{}", "text/plain; charset=utf-8", "public, max-age=300"};
  const auto what = [&](ShadowAnswer theirs, bool is_head = false) {
    const auto found = compare_answers(good, theirs, is_head);
    return found ? found->what : std::string();
  };
  EXPECT_EQ(what(good), "");
  EXPECT_EQ(what({200, "{}", "Text/Plain;charset=utf-8", "public,max-age=300"}), "");
  EXPECT_EQ(what({404, "{}", good.content_type, good.cache_control}), "status");
  EXPECT_EQ(what({200, "{ }", good.content_type, good.cache_control}), "body");
  EXPECT_EQ(what({200, "", good.content_type, good.cache_control}, true), "");
  EXPECT_EQ(what({200, "{}", "application/json", good.cache_control}), "content_type");
  EXPECT_EQ(what({200, "{}", good.content_type, ""}), "cache_control");
}

TEST(CompareAnswers, ErrorsAgreeByTheirCode) {
  const auto error = [](const char* code, const char* text) {
    return ShadowAnswer{
        404, std::string("{\"errors\":[{\"code\":\"") + code + "\",\"message\":\"" + text + "\"}]}",
        "application/json; charset=utf-8", ""};
  };
  EXPECT_FALSE(compare_answers(error("A", "x"), error("A", "y"), false));
  const auto found = compare_answers(error("A", "x"), error("B", "x"), false);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->what, "error_code");
  EXPECT_EQ(found->theirs, "B");
  EXPECT_TRUE(
      compare_answers(error("A", "x"), {404, "nonsense", "application/json; charset=utf-8", ""}, false));
}

class ShadowTest : public ::testing::Test {
 protected:
  ShadowTest() { EXPECT_EQ(owner_.init().status, 200); }

  /// What the other server says: our own answer, through `change`.
  Result<ShadowAnswer> fetch(const ShadowRequest& request) {
    ++fetched_;
    if (fails_) return fail(ErrorCode::unreachable, "nobody there");
    const auto response = server_.get(request.target);
    ShadowAnswer answer{response.status, response.body, std::string(response.headers.find("Content-Type")),
                        std::string(response.headers.find("Cache-Control"))};
    if (change_) change_(answer);
    return answer;
  }
  http::Response ask(const char* method, const std::string& target) {
    return shadow_.handlers().handle(*http::make_request(method, target));
  }

  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
  std::function<void(ShadowAnswer&)> change_;
  bool fails_ = false;
  int fetched_ = 0;
  std::vector<std::string> lines_;
  Shadow shadow_{server_.server->handlers(), *server_.storage,
                 [this](const ShadowRequest& request) { return fetch(request); },
                 [this](const std::string& line) { lines_.push_back(line); }, server_.server->metrics()};
  const std::string timestamp_ = "/v2/docker.io/library/a/_trust/tuf/timestamp.json";
};

TEST_F(ShadowTest, EqualAnswersAreCountedAndNotReported) {
  shadow_.compare({timestamp_});
  shadow_.compare({"/v2/docker.io/library/none/_trust/tuf/root.json"});
  EXPECT_EQ(shadow_.counts().compared, 2U);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(ShadowTest, ADifferenceIsAskedForOnceMoreAndThenReported) {
  change_ = [](ShadowAnswer& answer) { answer.body += " "; };
  shadow_.compare({timestamp_ + "?secret=x"});
  EXPECT_EQ(fetched_, 2);
  EXPECT_EQ(shadow_.counts().differences, 1U);
  ASSERT_EQ(lines_.size(), 1U);
  EXPECT_THAT(lines_[0], HasSubstr("\"path\":\"" + timestamp_ + "\",\"what\":\"body\",\"ours\":\"sha256:"));
}

TEST_F(ShadowTest, APublishInBetweenIsNoDifference) {
  change_ = [this](ShadowAnswer& answer) {
    if (fetched_ == 1) answer.body = "older";
  };
  shadow_.compare({timestamp_});
  EXPECT_TRUE(lines_.empty());
  EXPECT_EQ(shadow_.counts().differences, 0U);
}

TEST_F(ShadowTest, AnotherServerThatIsDownIsCountedApart) {
  fails_ = true;
  shadow_.compare({timestamp_});
  EXPECT_EQ(shadow_.counts().failed, 1U);
  EXPECT_EQ(shadow_.counts().compared, 0U);
  EXPECT_THAT(lines_.at(0), HasSubstr("\"what\":\"failed\""));
}

TEST_F(ShadowTest, ChangesNothing) {
  for (const char* method : {"POST", "DELETE", "PUT"})
    EXPECT_EQ(ask(method, "/v2/docker.io/library/a/_trust/tuf/").status, 405) << method;
  EXPECT_EQ(server_.status(owner_.gun, "root.json"), 200);
  EXPECT_EQ(shadow_.handlers().fast, nullptr);
}

TEST_F(ShadowTest, KnowsThePathsOfARepository) {
  const std::string base = "/v2/docker.io/library/a/_trust/tuf/";
  EXPECT_THAT(
      must(shadow_.paths_of(owner_.gun)),
      ::testing::UnorderedElementsAre(base + "root.json", base + "1.root.json", base + "timestamp.json",
                                      base + "snapshot.json", base + "targets.json"));
}

TEST_F(ShadowTest, ClientsRequestsAndAllRepositoriesAreCompared) {
  ASSERT_EQ(ask("GET", timestamp_).ready->body(), server_.file(owner_.gun, "timestamp.json"));
  ask("GET", "/_notary_server/health");
  ask("HEAD", "/v2/docker.io/library/a/_trust/tuf/root.json");
  shadow_.start();
  while (shadow_.counts().compared < 7) std::this_thread::yield();
  shadow_.stop();
  EXPECT_TRUE(lines_.empty());
}

TEST_F(ShadowTest, AFullQueueSkips) {
  for (int i = 0; i < 1003; ++i) ask("GET", timestamp_);
  EXPECT_EQ(shadow_.counts().skipped, 3U);
}

TEST(ReadOnlyStorage, ReadsAndNeverWrites) {
  auto below = make_memory_storage();
  const Gun gun = *Gun::parse("docker.io/library/a");
  ASSERT_TRUE(
      below->publish({gun, {}, {{Form::notary, RoleName::targets(), 1, "{}", crypto::sha256("{}")}}}));
  const auto storage = make_read_only_storage(std::move(below));
  EXPECT_EQ(must(storage->latest(gun, Form::notary, RoleName::targets()))->bytes, "{}");
  EXPECT_EQ(must(storage->guns("", 10)).size(), 1U);
  const auto published = storage->publish({gun, {}, {}});
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code(), ErrorCode::policy_denied);
  EXPECT_FALSE(storage->remove(gun, {}));
  EXPECT_FALSE(storage->set_needs_recovery(gun, true));
  EXPECT_FALSE(storage->allow_reset(gun));
  EXPECT_FALSE(storage->fill());
  EXPECT_TRUE(storage->check());
}

}  // namespace
}  // namespace boltseal::server
