#include "server/serving_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace boltseal::server {
namespace {

http::ReadyResponsePtr answer(const std::string& body) {
  return *http::ReadyResponse::make(200, {{"Content-Type", "text/plain"}}, body);
}

class ServingCacheTest : public ::testing::Test {
 protected:
  void put(const std::string& gun, const std::string& file, const std::string& body,
           std::optional<Time> until = std::nullopt) {
    cache_.put(gun, file, answer(body), cache_.generation(gun), until);
  }
  std::string body(const std::string& gun, const std::string& file) {
    const auto found = cache_.find(gun, file);
    return found ? found->body() : "";
  }
  FixedClock clock_{Time(std::chrono::seconds(1000))};
  ServingCache cache_{1 << 20, clock_};
};

TEST_F(ServingCacheTest, FindsWhatWasPut) {
  put("a/b", "tuf/root.json", "r");
  EXPECT_EQ(body("a/b", "tuf/root.json"), "r");
  EXPECT_EQ(body("a/b", "tuf/targets.json"), "");
}

// notary-server 0.7.0 serves any cached file under every GUN and role when its hash is known.
TEST_F(ServingCacheTest, NotaryBug6KeyHoldsGunAndRole) {
  put("a/b", "tuf/root.aa.json", "secret");
  EXPECT_EQ(body("other/gun", "tuf/root.aa.json"), "");
  EXPECT_EQ(body("a/b", "tuf/targets.aa.json"), "");
}

TEST_F(ServingCacheTest, NotaryBug6DroppedGunIsGoneAtOnce) {
  put("a/b", "tuf/root.aa.json", "r");
  put("a/bc", "tuf/root.aa.json", "twin");
  cache_.drop("a/b");
  EXPECT_EQ(body("a/b", "tuf/root.aa.json"), "");
  EXPECT_EQ(body("a/bc", "tuf/root.aa.json"), "twin");
}

TEST_F(ServingCacheTest, NotaryBug6StaysWithinItsBound) {
  for (int i = 0; i < 5000; ++i) {
    put("gun/" + std::to_string(i % 50), "tuf/f" + std::to_string(i) + ".json", std::string(3000, 'x'));
    ASSERT_LE(cache_.bytes(), std::size_t{1} << 20);
  }
  EXPECT_GT(cache_.bytes(), std::size_t{1} << 19);
}

TEST_F(ServingCacheTest, UsedEntriesOutliveUnusedOnes) {
  put("hot", "tuf/timestamp.json", "hot");
  for (int i = 0; i < 2000; ++i) {
    put("hot", "tuf/f" + std::to_string(i) + ".json", std::string(3000, 'x'));
    ASSERT_EQ(body("hot", "tuf/timestamp.json"), "hot") << i;
  }
}

TEST_F(ServingCacheTest, EntryOfAnOlderGenerationIsNotKept) {
  const auto before = cache_.generation("a/b");
  cache_.drop("a/b");  // a publish came between reading and putting
  cache_.put("a/b", "tuf/timestamp.json", answer("old"), before);
  EXPECT_EQ(body("a/b", "tuf/timestamp.json"), "");
}

TEST_F(ServingCacheTest, EndsWithItsTime) {
  put("a/b", "tuf/timestamp.json", "t", clock_.now() + std::chrono::seconds(10));
  EXPECT_EQ(body("a/b", "tuf/timestamp.json"), "t");
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(body("a/b", "tuf/timestamp.json"), "");
}

TEST_F(ServingCacheTest, TooLargeForTheCacheIsServedFromTheStore) {
  put("a/b", "tuf/targets.json", std::string(1 << 19, 'x'));
  EXPECT_EQ(body("a/b", "tuf/targets.json"), "");
  EXPECT_EQ(cache_.bytes(), 0u);
}

}  // namespace
}  // namespace boltseal::server
