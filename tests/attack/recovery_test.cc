// Group F, and SECURITY 11: fast-forward and the way back.
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

/// Who holds the role's key for a while signs a version far ahead.
void fast_forward(Simulator& repo, const RoleName& victim) {
  if (victim == RoleName::targets()) repo.targets.at(victim).version = 1000;
  if (victim == RoleName::targets()) repo.sign_targets(victim);
  repo.snapshot.version = victim == RoleName::timestamp() ? repo.snapshot.version + 1 : 1000;
  repo.sign_snapshot();
  repo.timestamp.version = 1000;
  repo.sign_timestamp();
}

void back_to_normal(Simulator& repo) {
  repo.targets.at(RoleName::targets()).version = 2;
  repo.sign_targets(RoleName::targets());
  repo.snapshot.version = 2;
  repo.sign_snapshot();
  repo.timestamp.version = 2;
  repo.sign_timestamp();
}

TEST_P(Attack, F1_FastForwardIsHealedByNewKeys) {
  for (const RoleName& victim : {RoleName::timestamp(), RoleName::snapshot(), RoleName::targets()}) {
    Simulator repo(form());
    Client client(repo);
    fast_forward(repo, victim);
    ASSERT_TRUE(succeeds(client.refresh()));
    repo.rotate(RoleName::timestamp());
    repo.rotate(RoleName::snapshot());
    repo.rotate(RoleName::targets());
    ++repo.root.version;
    repo.sign_root();
    back_to_normal(repo);
    ASSERT_TRUE(succeeds(client.look_up("v1"))) << victim.str();
    EXPECT_EQ(client.state(), "root 2, timestamp 2, snapshot 2, targets 2");
    EXPECT_EQ(client.floors.roles.at(RoleName::targets()).version, 2);
  }
}

TEST_P(Attack, F1_TheTimestampKeyAloneHealsTimestampAndSnapshot) {
  Simulator repo(form());
  Client client(repo);
  fast_forward(repo, RoleName::targets());
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.rotate(RoleName::timestamp());
  ++repo.root.version;
  repo.sign_root();
  back_to_normal(repo);
  // The targets roles keep their floors (SECURITY 11).
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
  EXPECT_EQ(client.refusal->role, RoleName::targets());
  repo.targets.at(RoleName::targets()).version = 1000;
  repo.publish();
  EXPECT_TRUE(succeeds(client.look_up("v1")));
}

TEST_P(Attack, F1_RecoverySurvivesACrashAfterTheRootWasKept) {
  Simulator repo(form());
  Client client(repo);
  fast_forward(repo, RoleName::snapshot());
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.rotate(RoleName::timestamp());
  repo.rotate(RoleName::snapshot());
  ++repo.root.version;
  repo.sign_root();
  back_to_normal(repo);
  client.disk[RoleName::root()] = repo.newest_root();  // kept; the floors and the other files were not yet
  EXPECT_TRUE(succeeds(client.look_up("v1")));
}

TEST_P(Attack, F2_FastForwardWithoutNewKeysIsARollback) {
  for (const RoleName& victim : {RoleName::timestamp(), RoleName::snapshot(), RoleName::targets()}) {
    Simulator repo(form());
    Client client(repo);
    fast_forward(repo, victim);
    ASSERT_TRUE(succeeds(client.refresh()));
    ++repo.root.version;
    repo.sign_root();
    back_to_normal(repo);
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
  }
}

TEST_P(Attack, F2_AnAddedKeyDropsNoFloor) {
  Simulator repo(form());
  const auto old = repo.served;
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  TestKeys more = repo.signers[RoleName::snapshot()];
  more.push_back(make_key(form()));
  repo.set_keys(RoleName::snapshot(), more);
  more = repo.signers[RoleName::timestamp()];
  more.push_back(make_key(form()));
  repo.set_keys(RoleName::timestamp(), more);
  ++repo.root.version;
  repo.sign_root();
  repo.served = old;  // still verifies under the new root
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

}  // namespace
}  // namespace boltseal::test
