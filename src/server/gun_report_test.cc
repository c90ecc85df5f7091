#include "server/gun_report.h"

#include <gtest/gtest.h>

#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using ::testing::ElementsAre;
using testing::must;
using testing::Owner;
using testing::TestServer;

std::vector<std::string> names(const Storage& storage) {
  std::vector<std::string> out;
  EXPECT_TRUE(list_guns(storage, [&](const GunLine& line) {
    out.push_back(line.gun.str() + " " + std::to_string(line.versions) + (line.deleted ? " deleted" : "") +
                  (line.needs_recovery ? " recovery" : ""));
    return true;
  }));
  return out;
}

TEST(GunReport, ListsFilesTombstonesAndMarks) {
  TestServer server;
  Owner a(server, "docker.io/library/a"), c(server, "docker.io/library/c");
  ASSERT_EQ(a.init().status, 200);
  ASSERT_EQ(a.publish("v1").status, 200);
  ASSERT_EQ(c.init().status, 200);
  ASSERT_EQ(server.ask("DELETE", "/v2/docker.io/library/c/_trust/tuf/").status, 200);
  ASSERT_TRUE(server.storage->set_needs_recovery(*Gun::parse("docker.io/library/b"), true));
  EXPECT_THAT(names(*server.storage), ElementsAre("docker.io/library/a 7", "docker.io/library/b 0 recovery",
                                                  "docker.io/library/c 0 deleted"));
}

TEST(GunReport, WalksMoreThanOnePage) {
  const auto storage = make_memory_storage();
  std::vector<std::string> expected;
  for (int i = 0; i < 2500; ++i) {
    const std::string name = "docker.io/library/n" + std::to_string(10'000 + i);
    // Every second one is only remembered, so that pages of the two lists do not end at the same name.
    if (i % 2 == 0) {
      const std::string bytes = "{}";
      ASSERT_TRUE(
          storage->publish({*Gun::parse(name), {}, {{Form::notary, RoleName::targets(), 1, bytes, {}}}}));
    } else {
      ASSERT_TRUE(storage->allow_reset(*Gun::parse(name)));
    }
    expected.push_back(name);
  }
  std::vector<std::string> found;
  ASSERT_TRUE(for_each_gun(*storage, [&](const Gun& gun) -> Result<bool> {
    found.push_back(gun.str());
    return true;
  }));
  EXPECT_EQ(found, expected);
}

TEST(GunReport, TellsRolesKeysAndWhoSigns) {
  TestServer server;
  Owner owner(server, "docker.io/library/a", true);
  ASSERT_EQ(owner.init().status, 200);
  const GunReport report = must(report_gun(*server.storage, server.keys, owner.gun));
  std::map<std::string, RoleReport> roles;
  for (const RoleReport& role : report.roles) roles.emplace(role.file.role.str(), role);
  ASSERT_EQ(roles.size(), 4U);
  EXPECT_EQ(roles.at("targets").key_ids, owner.root.targets.keyids);
  EXPECT_EQ(roles.at("targets").threshold, 1);
  EXPECT_EQ(roles.at("targets").file.expires, owner.targets.expires);
  EXPECT_EQ(roles.at("root").stored, 1);
  EXPECT_FALSE(roles.at("root").server_signs.has_value());
  EXPECT_EQ(roles.at("snapshot").server_signs, false);
  EXPECT_EQ(roles.at("timestamp").server_signs, true);
  const auto unknown = report_gun(*server.storage, server.keys, *Gun::parse("docker.io/library/none"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
}

TEST(GunReport, ExpiryIsThatOfWhatClientsGet) {
  TestServer server;
  Owner owner(server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  const auto expiry = must(current_expiry(*server.storage, owner.gun));
  ASSERT_EQ(expiry.size(), 4U);
  for (const RoleExpiry& role : expiry) {
    if (role.role != RoleName::timestamp()) continue;
    EXPECT_EQ(role.expires, server.clock.now() + 14 * kDay);
  }
}

TEST(Readiness, FollowsTheLifeOfTheServer) {
  TestServer server;
  EXPECT_EQ(server.get("/livez").status, 200);
  EXPECT_EQ(server.get("/readyz").status, 200);
  server.server->drain();
  EXPECT_EQ(server.get("/readyz").status, 503);
  EXPECT_EQ(server.get("/readyz").body, "not ready: shutting down\n");
  EXPECT_EQ(server.get("/livez").status, 200);
  EXPECT_EQ(server.get("/v2/").status, 200);  // still serves
  EXPECT_EQ(server.ask("POST", "/readyz").status, 404);
}

}  // namespace
}  // namespace boltseal::server
