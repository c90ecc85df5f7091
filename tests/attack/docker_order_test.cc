// Notary form: the order in which roles are asked, and what a spoiled one may bring back.
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

using tuf::LookupOrder;

TEST_F(AttackNotary, G8_DockersOrder) {
  Simulator repo = with_releases(kForm);
  repo.delegate(RoleName::targets(), "targets/alice", {""});
  repo.set_target(RoleName::targets(), "both", "by targets");
  repo.set_target(RoleName::releases(), "both", "by releases");
  repo.set_target(role("targets/alice"), "hers", "by alice");
  repo.publish({RoleName::targets(), RoleName::releases(), role("targets/alice")});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.find("both")->edge.role, RoleName::releases());
  EXPECT_EQ(client.find("v1")->edge.role, RoleName::targets());
  EXPECT_TRUE(fails_with(client.find("hers"), ErrorCode::target_not_found));
  EXPECT_THAT(repo.requests, testing::Not(testing::Contains("targets/alice")));
  // notary's own order: targets first, then delegations as they stand in the file.
  EXPECT_EQ(client.find("both", LookupOrder::notary)->edge.role, RoleName::targets());
  EXPECT_EQ(client.find("hers", LookupOrder::notary)->edge.role.str(), "targets/alice");
  const auto list = client.list(LookupOrder::docker);
  ASSERT_TRUE(succeeds(list));
  ASSERT_EQ(list->size(), 4U);
  EXPECT_EQ((*list)[0].name, "both");
  EXPECT_EQ((*list)[0].signed_by.size(), 2U);
  EXPECT_EQ((*list)[0].signed_by.at(*(*list)[0].winner).edge.role, RoleName::releases());
  EXPECT_EQ((*list)[1].name, "hers");
  EXPECT_FALSE((*list)[1].winner.has_value());
}

TEST_F(AttackNotary, G8_ASpoiledReleasesDoesNotBringBackTargets) {
  Simulator repo = with_releases(kForm);
  repo.set_target(RoleName::targets(), "v2", "old, by targets");
  repo.signers[RoleName::releases()] = {make_key(kForm)};
  repo.publish({RoleName::targets(), RoleName::releases()});
  Client client(repo);
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::threshold_not_met));
  // As notary 0.7.0 does it, for its personality.
  client.walk_options.drop_broken = true;
  const auto found = client.look_up("v2");
  ASSERT_TRUE(succeeds(found));
  EXPECT_EQ(found->edge.role, RoleName::targets());
}

TEST_F(AttackNotary, G8_ReleasesIsBoundToItsPaths) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "targets/releases", {"rel-"});
  repo.set_target(RoleName::releases(), "v1", "not allowed to");
  repo.set_target(RoleName::releases(), "rel-1", "allowed to");
  repo.publish({RoleName::targets(), RoleName::releases()});
  Client client(repo);
  EXPECT_EQ(client.look_up("v1")->edge.role, RoleName::targets());
  EXPECT_EQ(client.look_up("rel-1")->edge.role, RoleName::releases());
}

TEST_F(AttackNotary, G9_TheDelegatorIsTheParentByName) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "targets/a", {""});
  repo.file(RoleName::targets()).delegations->roles.back().name = "targets/a/b";  // not a direct child
  repo.publish();
  Client client(repo);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format));
}

}  // namespace
}  // namespace boltseal::test
