// Case K10: what each stolen key is good for.
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

TEST_P(Attack, K10_TheTimestampKeyAlone) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  const TestKeys stolen = repo.signers[RoleName::timestamp()];
  repo.signers[RoleName::snapshot()] = stolen;
  repo.signers[RoleName::targets()] = stolen;
  repo.set_target(RoleName::targets(), "v1", "evil");
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.refusal->role, RoleName::snapshot());
}

TEST_P(Attack, K10_SnapshotAndTimestampKeys) {
  Simulator repo(form());
  const auto old = repo.served;
  repo.set_target(RoleName::targets(), "v1", "better");
  repo.publish();
  Client warm(repo);
  ASSERT_TRUE(succeeds(warm.refresh()));
  // A cold client can be given older targets that the owner once signed; one that saw the newer can't.
  repo.targets.at(RoleName::targets()).version = 1;
  repo.served[RoleName::targets()] = old.at(RoleName::targets());
  repo.publish_online();
  EXPECT_TRUE(fails_with(warm.refresh(), ErrorCode::rollback));
  Client cold(repo);
  EXPECT_TRUE(succeeds(cold.look_up("v1")));
  // Nobody can be given what the owner never signed.
  repo.signers[RoleName::targets()] = repo.signers[RoleName::snapshot()];
  repo.targets.at(RoleName::targets()).version = 8;
  repo.publish();
  Client other(repo);
  EXPECT_TRUE(fails_with(other.refresh(), ErrorCode::threshold_not_met));
}

TEST_P(Attack, K10_TheTargetsKeyAlone) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.set_target(RoleName::targets(), "v1", "evil content.");
  ++repo.file(RoleName::targets()).version;
  repo.sign_targets(RoleName::targets());
  client.disk.erase(RoleName::targets());
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::hash_mismatch));
}

TEST_P(Attack, K10_ADelegatesKeyReachesItsPathsOnly) {
  Simulator repo(form());
  repo.delegate(RoleName::targets(), "targets/releases", {notary() ? "rel-" : "rel-*"});
  repo.set_target(RoleName::releases(), "v1", "evil");
  repo.publish({RoleName::targets(), RoleName::releases()});
  Client client(repo);
  const auto found = client.look_up("v1");
  ASSERT_TRUE(succeeds(found));
  EXPECT_EQ(found->edge.role, RoleName::targets());
}

TEST_P(Attack, K10_OneRootKeyOfTwo) {
  Simulator repo(form());
  const TestKey first = repo.signers[RoleName::root()].front();
  const TestKey second = notary() ? make_certificate(kGun) : make_key(form());
  repo.set_keys(RoleName::root(), {first, second}, 2);
  repo.publish_root();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.set_keys(RoleName::root(), {first}, 1);
  repo.rotate(RoleName::targets());
  ++repo.root.version;
  repo.roots[3] = repo.signed_file(RoleName::root(), tuf::write_payload(repo.root), {first});
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.state().substr(0, 6), "root 2");
}

}  // namespace
}  // namespace boltseal::test
