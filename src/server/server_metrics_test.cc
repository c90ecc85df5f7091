#include "server/server_metrics.h"

#include <gtest/gtest.h>

#include "server/storage/measured_storage.h"
#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using testing::must;
using ::testing::Not;
using testing::Owner;
using testing::TestServer;

TEST(ServerMetrics, CountsPublishesByTheirEnd) {
  TestServer server;
  Owner owner(server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_EQ(owner.publish("v1").status, 200);
  --owner.targets.version;
  EXPECT_EQ(owner.publish("v2").status, 400);  // the same version again
  EXPECT_EQ(server.ask("POST", "/v2/docker.io/library/a/_trust/tuf/", "rubbish").status, 400);
  const std::string text = server.server->metrics().text();
  EXPECT_THAT(text, HasSubstr("boltseal_publishes_total{outcome=\"accepted\",code=\"\"} 2"));
  EXPECT_THAT(text, HasSubstr("boltseal_publishes_total{outcome=\"conflict\",code=\"VERSION\"} 1"));
  EXPECT_THAT(text, HasSubstr("boltseal_publishes_total{outcome=\"refused\",code=\"MALFORMED_UPLOAD\"} 1"));
  EXPECT_THAT(text, HasSubstr("boltseal_build_info{version="));
  EXPECT_THAT(text, Not(HasSubstr("library/a"))) << "no metric names a repository";
}

TEST(ServerMetrics, CountsTheCacheAndTheStorage) {
  TestServer server;
  Owner owner(server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_EQ(server.status(owner.gun, "root.json"), 200);
  ASSERT_EQ(server.status(owner.gun, "root.json"), 200);
  ASSERT_EQ(server.hits, 1);
  const std::string text = server.server->metrics().text();
  EXPECT_THAT(text, HasSubstr("boltseal_cache_lookups_total{result=\"hit\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("boltseal_cache_entries 2\n"));  // the timestamp is made ready by the publish
  EXPECT_THAT(text, HasSubstr("boltseal_storage_duration_microseconds_count{operation=\"publish\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("boltseal_storage_errors_total{operation=\"publish\"} 0\n"));
}

TEST(ServerMetrics, CountsRenewals) {
  TestServer server;
  Owner owner(server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  EXPECT_EQ(server.server->renewal().due(), 0U);
  server.clock.advance(8 * kDay);
  EXPECT_EQ(server.server->renewal().due(), 1U);
  ASSERT_TRUE(must(server.server->renewal().renew(owner.gun)));
  ASSERT_TRUE(server.keys->retire(owner.gun));
  server.clock.advance(8 * kDay);
  EXPECT_FALSE(server.server->renewal().renew(owner.gun));
  const std::string text = server.server->metrics().text();
  EXPECT_THAT(text, HasSubstr("boltseal_renewals_done 1\n"));
  EXPECT_THAT(text, HasSubstr("boltseal_renewals_failed 1\n"));
}

TEST(ExpiryWatch, KnowsTheHorizonOfEachRole) {
  TestServer server;
  Owner owner(server, "docker.io/library/a");
  ExpiryWatch watch(*server.storage, server.clock);
  ASSERT_TRUE(watch.look());
  EXPECT_EQ(watch.summary().guns, 0U);
  EXPECT_FALSE(watch.summary().kinds[ExpiryWatch::timestamp].earliest);
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_TRUE(watch.look());  // the feed tells it
  server.clock.advance(std::chrono::seconds(5));
  auto summary = watch.summary();
  EXPECT_EQ(summary.guns, 1U);
  EXPECT_EQ(summary.kinds[ExpiryWatch::timestamp].earliest, 14 * kDay - std::chrono::seconds(5));
  EXPECT_EQ(summary.kinds[ExpiryWatch::timestamp].week, 0U);
  EXPECT_EQ(summary.kinds[ExpiryWatch::timestamp].month, 1U);
  EXPECT_EQ(summary.kinds[ExpiryWatch::root].month, 0U);
  EXPECT_FALSE(summary.kinds[ExpiryWatch::delegation].earliest);
  server.clock.advance(15 * kDay);
  summary = watch.summary();
  EXPECT_EQ(summary.kinds[ExpiryWatch::timestamp].expired, 1U);
  EXPECT_LT(*summary.kinds[ExpiryWatch::timestamp].earliest, Duration(0));
  ASSERT_TRUE(server.storage->set_needs_recovery(owner.gun, true));
  watch.changed(owner.gun);
  ASSERT_TRUE(watch.look());
  server.clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(watch.summary().marked, 1U);
  ASSERT_TRUE(server.storage->set_needs_recovery(owner.gun, false));
  ASSERT_TRUE(must(server.storage->remove(owner.gun, server.clock.now())));
  ASSERT_TRUE(watch.look());
  server.clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(watch.summary().guns, 0U);
}

}  // namespace
}  // namespace boltseal::server
