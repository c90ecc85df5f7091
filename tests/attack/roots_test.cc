// Group R: the chain of roots.
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Forms, Attack, testing::Values(Form::notary, Form::tuf1),
                         [](const auto& test) { return std::string(tuf::name_of(test.param)); });

TEST_P(Attack, R0_HonestRefresh) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.look_up("v1")));
  EXPECT_EQ(client.state(), "root 1, timestamp 1, snapshot 1, targets 1");
  const std::vector<std::string> cold =
      tuf1() ? std::vector<std::string>{"2.root", "timestamp", "snapshot", "targets"}
             : std::vector<std::string>{"timestamp", "snapshot", "targets"};
  EXPECT_EQ(repo.requests, cold);
  repo.requests.clear();
  ASSERT_TRUE(succeeds(client.look_up("v1")));
  const std::vector<std::string> warm =
      tuf1() ? std::vector<std::string>{"2.root", "timestamp"} : std::vector<std::string>{"timestamp"};
  EXPECT_EQ(repo.requests, warm);
}

TEST_P(Attack, R0_HonestRotation) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.rotate(RoleName::root());
  repo.publish_root();
  repo.rotate(RoleName::targets());
  repo.publish_root();
  repo.publish();
  ASSERT_TRUE(succeeds(client.look_up("v1")));
  EXPECT_EQ(client.state(), tuf1() ? "root 3, timestamp 2, snapshot 2, targets 2"
                                   : "root 3, timestamp 4, snapshot 4, targets 2");
}

TEST_P(Attack, R1_RootSkipsAVersion) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.root.version = 2;
  repo.publish_root();            // signs version 3
  repo.roots[2] = repo.roots[3];  // served as version 2
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::version_mismatch));
  EXPECT_EQ(client.refusal->found, 3);
  EXPECT_EQ(client.refusal->bound, 2);
  EXPECT_EQ(client.state(), tuf1() ? "root 1, timestamp 1, snapshot 1, targets 1"
                                   : "root 1, timestamp 2, snapshot 1, targets 1");
}

TEST_F(AttackNotary, R1_GapsAreAllowedWhereTheCallerSaysSo) {
  Simulator repo(kForm);
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.root.version = 6;
  repo.publish_root();
  repo.roots[2] = repo.roots[7];
  client.configure = [](tuf::TrustOptions& options) { options.root_gaps = true; };
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.state(), "root 7, timestamp 2, snapshot 2, targets 1");
}

TEST_P(Attack, R1_AnOlderRootIsARollback) {
  Simulator repo(form());
  const std::string first = repo.newest_root();
  repo.publish_root();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.roots[3] = first;
  repo.publish_online();
  if (notary()) repo.served[RoleName::snapshot()] = "{}";  // makes the client look at the roots
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

TEST_P(Attack, R2_RootSignedByOldKeysAlone) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  const TestKeys old_keys = repo.signers[RoleName::root()];
  repo.rotate(RoleName::root());
  repo.signers[RoleName::root()] = old_keys;
  repo.publish_root();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.refusal->root_check, tuf::RootCheck::own_threshold);
  EXPECT_EQ(client.state().substr(0, 6), "root 1");
}

TEST_P(Attack, R2_RootSignedByNewKeysAlone) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  Simulator other(form());  // same name, other keys: a repository made anew
  other.publish_root();
  repo.roots = other.roots;
  repo.served = other.served;
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.refusal->root_check, tuf::RootCheck::old_threshold);
  EXPECT_EQ(client.state().substr(0, 6), "root 1");
}

TEST_P(Attack, R3_ThresholdRaisedSignedByOne) {
  Simulator repo(form());
  Client client(repo);
  const TestKey first = repo.signers[RoleName::root()].front();
  const TestKey second = notary() ? make_certificate(kGun) : make_key(form());
  repo.set_keys(RoleName::root(), {first, second}, 2);
  repo.signers[RoleName::root()] = {first};
  repo.publish_root();
  if (notary()) repo.served[RoleName::snapshot()] = "{}";
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.state(), notary() ? "root 1, timestamp 2" : "root 1");
}

TEST_P(Attack, R3_ThresholdLoweredSignedByOne) {
  Simulator repo(form());
  const TestKey first = repo.signers[RoleName::root()].front();
  const TestKey second = notary() ? make_certificate(kGun) : make_key(form());
  repo.set_keys(RoleName::root(), {first, second}, 2);
  repo.publish_root();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.set_keys(RoleName::root(), {first}, 1);
  ++repo.root.version;
  repo.roots[3] = repo.signed_file(RoleName::root(), tuf::write_payload(repo.root), {first});
  if (notary()) repo.publish_online();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.refusal->root_check, tuf::RootCheck::old_threshold);
  EXPECT_EQ(client.state().substr(0, 6), "root 2");
}

TEST_P(Attack, R4_TheGoodRootBeforeABadOneStays) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish_root();
  repo.publish_root();
  replace_first(repo.roots[3], "\"threshold\":1", "\"threshold\":2");
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_EQ(client.state().substr(0, 6), "root 2");
  repo.requests.clear();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
  EXPECT_THAT(repo.requests, testing::Contains("3.root"));
  EXPECT_THAT(repo.requests, testing::Not(testing::Contains("2.root")));
}

TEST_P(Attack, R5_TooManyRoots) {
  Simulator repo(form());
  Client client(repo);
  client.configure = [](tuf::TrustOptions& options) { options.root_rotations = 5; };
  for (int i = 0; i < 7; ++i) repo.publish_root();
  if (tuf1()) {
    ASSERT_TRUE(succeeds(client.refresh()));
    EXPECT_EQ(client.state(), "root 6, timestamp 1, snapshot 1, targets 1");
  } else {  // the snapshot names the newest root, so the rest can't pass
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::hash_mismatch));
    EXPECT_EQ(client.state().substr(0, 6), "root 6");
  }
  EXPECT_EQ(limits::kRootRotations, 1024U);
  EXPECT_EQ(tuf::TrustOptions{}.root_rotations, limits::kRootRotations);
}

TEST_P(Attack, R6_AnIntermediateRootMayHaveExpired) {
  Simulator repo(form());
  Client client(repo);
  const Time later = repo.root.expires;
  repo.root.expires = sim_now() - kDay;
  repo.publish_root();
  repo.root.expires = later;
  repo.publish_root();
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_EQ(client.state().substr(0, 6), "root 3");
}

TEST_P(Attack, R6_TheInitialRootMayHaveExpired) {
  Simulator repo(form());
  repo.root.expires = sim_now() - kDay;
  repo.publish_root();
  Client client(repo);
  repo.root.expires = sim_now() + kDay;
  repo.publish_root();
  ASSERT_TRUE(succeeds(client.refresh()));
}

TEST_P(Attack, R7_TheFinalRootHasExpired) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.root.expires = sim_now() - std::chrono::seconds(1);
  repo.publish_root();
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  EXPECT_EQ(client.refusal->role, RoleName::root());
  // Notary form asks for the timestamp first; the snapshot, which names the new root, is what sent it there.
  EXPECT_EQ(client.state(), tuf1() ? "root 2, timestamp 1, snapshot 1, targets 1"
                                   : "root 2, timestamp 3, snapshot 1, targets 1");
}

TEST_P(Attack, R7_ExpiryIsExactAndTakenOnce) {
  Simulator repo(form());
  Client client(repo);
  client.now = repo.timestamp.expires;  // not before: expired
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  client.now -= std::chrono::nanoseconds(1);
  EXPECT_TRUE(succeeds(client.refresh()));
}

TEST_P(Attack, R8_AnInvalidInitialRootAsksForNothing) {
  Simulator repo(form());
  std::string bytes = repo.newest_root();
  replace_first(bytes, "\"version\":1", "\"version\":9");
  Client tampered(repo, bytes);
  EXPECT_TRUE(fails_with(tampered.refresh(), ErrorCode::threshold_not_met));
  Client unreadable(repo, "{}");
  EXPECT_TRUE(fails_with(unreadable.refresh(), ErrorCode::bad_format));
  Client unsigned_root(repo, tuf::assemble(form(), tuf::write_payload(repo.root).wire, {}));
  EXPECT_TRUE(fails_with(unsigned_root.refresh(), ErrorCode::threshold_not_met));
  EXPECT_TRUE(repo.requests.empty());
}

TEST_P(Attack, R9_NotFoundOrForbiddenEndsTheChain) {
  Simulator repo(form());
  Client client(repo);
  repo.faults[RoleName::root()] = ErrorCode::forbidden;
  EXPECT_TRUE(succeeds(client.refresh()));
}

TEST_P(Attack, R10_AnErrorDoesNotEndTheChain) {
  Simulator repo(form());
  Client client(repo);
  repo.publish_root();
  for (const ErrorCode code : {ErrorCode::server_error, ErrorCode::timed_out, ErrorCode::unreachable}) {
    repo.faults[RoleName::root()] = code;
    EXPECT_TRUE(fails_with(client.refresh(), code));
    EXPECT_EQ(client.state().substr(0, 6), "root 1");
  }
}

TEST_P(Attack, R11_TheChainMustReachWhatWasSeenBefore) {
  Simulator repo(form());
  const std::string pinned = repo.newest_root();
  repo.publish_root();
  Client client(repo, pinned);
  ASSERT_TRUE(succeeds(client.refresh()));
  ASSERT_EQ(client.floors.roles.at(RoleName::root()).version, 2);
  client.disk = {{RoleName::root(), pinned}};  // the cache is lost, the floors are not
  repo.roots.erase(2);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

}  // namespace
}  // namespace boltseal::test
