// Groups T, S and M: timestamp, snapshot, mix and match.
#include "tests/attack/attack.h"

namespace boltseal::test {
namespace {

constexpr auto kDays = kDay;

TEST_P(Attack, T1_AnOlderTimestamp) {
  Simulator repo(form());
  Client client(repo);
  const auto old = repo.served;
  repo.publish_online();
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.served = old;
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
  EXPECT_EQ(client.refusal->found, 1);
  EXPECT_EQ(client.refusal->bound, 2);
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 2, targets 1");
}

TEST_P(Attack, T1_AnOlderTimestampAfterTheCacheWasLost) {
  Simulator repo(form());
  Client client(repo);
  const auto old = repo.served;
  repo.publish_online();
  ASSERT_TRUE(succeeds(client.refresh()));
  client.disk = {{RoleName::root(), repo.newest_root()}};
  repo.served = old;
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

TEST_P(Attack, T2_EqualVersionWithOtherContentIsIgnored) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  const std::string before = client.disk.at(RoleName::timestamp());
  repo.timestamp.expires += kDays;
  repo.sign_timestamp();
  ASSERT_NE(repo.served.at(RoleName::timestamp()), before);
  ASSERT_TRUE(succeeds(client.look_up("v1")));
  EXPECT_EQ(client.disk.at(RoleName::timestamp()), before);
}

TEST_P(Attack, T2_EqualVersionDoesNotRescueAnExpiredTimestamp) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  client.now = repo.timestamp.expires + kDays;
  repo.timestamp.expires = client.now + kDays;
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
}

TEST_P(Attack, T2_EqualVersionWithABadSignatureIsRefused) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.signers[RoleName::timestamp()] = {make_key(form())};
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::threshold_not_met));
}

TEST_F(AttackTuf1, T3_NewTimestampNamesAnOlderSnapshot) {
  Simulator repo(kForm);
  Client client(repo);
  const std::string old_snapshot = repo.served.at(RoleName::snapshot());
  const std::int64_t old_version = repo.snapshot.version;
  repo.publish();
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.served[RoleName::snapshot()] = old_snapshot;
  repo.snapshot.version = old_version;
  ++repo.timestamp.version;
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
  EXPECT_EQ(client.refusal->role, RoleName::snapshot());
  // Decided before it is persisted: the timestamp was not taken either (CVE-2025-2888).
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 2, targets 2");
}

TEST_F(AttackNotary, T3_NewTimestampNamesAnOlderSnapshot) {
  Simulator repo(kForm);
  Client client(repo);
  const std::string old_snapshot = repo.served.at(RoleName::snapshot());
  repo.publish();
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.served[RoleName::snapshot()] = old_snapshot;
  ++repo.timestamp.version;
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
  EXPECT_EQ(client.refusal->role, RoleName::snapshot());
  // The form's timestamps name no version, so it shows only with the snapshot; the next good one heals it.
  EXPECT_EQ(client.state(), "root 1, timestamp 3, snapshot 2, targets 2");
  repo.snapshot.version = 2;
  repo.publish();
  EXPECT_TRUE(succeeds(client.look_up("v1")));
}

TEST_P(Attack, T4_AnExpiredTimestamp) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.timestamp.expires = sim_now() - kDays;
  repo.publish_online();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  EXPECT_EQ(client.refusal->role, RoleName::timestamp());
  EXPECT_EQ(client.refusal->expires, repo.timestamp.expires);
  EXPECT_EQ(client.state(), "root 1, timestamp 1, snapshot 1, targets 1");
}

TEST_P(Attack, T5_AnExpiredLocalTimestampIsNoHindrance) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  client.now = repo.timestamp.expires + kDays;
  repo.timestamp.expires = repo.snapshot.expires = client.now + kDays;
  repo.publish_online();
  EXPECT_TRUE(succeeds(client.look_up("v1")));
}

TEST_P(Attack, T5_AnExpiredLocalTimestampCountsAgainstRollback) {
  Simulator repo(form());
  const auto old = repo.served;
  repo.publish_online();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  client.floors = {};  // another program's cache: files alone
  client.now = repo.timestamp.expires + kDays;
  repo.timestamp.version = 1;
  repo.timestamp.expires = client.now + kDays;
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

TEST_P(Attack, T5_ABadLocalTimestampIsAsAbsent) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  client.disk[RoleName::timestamp()] = "not json";
  client.disk[RoleName::snapshot()] = "{}";
  client.disk[RoleName::targets()] += " x";
  ASSERT_TRUE(succeeds(client.look_up("v1")));
  EXPECT_EQ(client.state(), "root 1, timestamp 1, snapshot 1, targets 1");
}

TEST_P(Attack, T5_Offline) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.requests.clear();
  ASSERT_TRUE(succeeds(client.refresh_offline()));
  EXPECT_TRUE(client.set->timestamp_is_local());
  EXPECT_TRUE(succeeds(client.find("v1")));
  EXPECT_TRUE(repo.requests.empty());
  client.now = repo.timestamp.expires;
  EXPECT_TRUE(fails_with(client.refresh_offline(), ErrorCode::expired));
  client.disk.erase(RoleName::timestamp());
  EXPECT_TRUE(fails_with(client.refresh_offline(), ErrorCode::metadata_missing));
}

TEST_P(Attack, T6_ASnapshotServedAsTimestamp) {
  Simulator repo(form());
  repo.set_keys(RoleName::snapshot(), repo.signers[RoleName::timestamp()]);  // one key for both roles
  repo.publish_root();
  Client client(repo);
  ++repo.snapshot.version;
  repo.sign_snapshot();
  repo.served[RoleName::timestamp()] = repo.served[RoleName::snapshot()];
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::bad_format));
  EXPECT_EQ(client.state(), "root 2");
}

TEST_P(Attack, S1_SnapshotChanged) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  std::string& bytes = repo.served[RoleName::snapshot()];
  replace_first(bytes, "\"version\":2", "\"version\":3");
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::hash_mismatch));
  EXPECT_EQ(client.refusal->role, RoleName::snapshot());
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 1, targets 1");
}

TEST_P(Attack, S1_SnapshotLonger) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  repo.served[RoleName::snapshot()] += " ";
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::length_mismatch));
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 1, targets 1");
}

TEST_P(Attack, S1_SnapshotShorter) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  repo.served[RoleName::snapshot()].pop_back();
  // Notary's length is an upper bound only; the hash decides.
  EXPECT_TRUE(fails_with(client.refresh(), tuf1() ? ErrorCode::length_mismatch : ErrorCode::hash_mismatch));
}

TEST_F(AttackTuf1, S2_SnapshotOfAnotherVersion) {
  Simulator repo(kForm);
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  repo.timestamp.version = 3;
  repo.timestamp.snapshot.version = 3;
  repo.served[RoleName::timestamp()] = repo.signed_file(
      RoleName::timestamp(), tuf::write_payload(repo.timestamp), repo.signers[RoleName::timestamp()]);
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::version_mismatch));
  EXPECT_EQ(client.state(), "root 1, timestamp 3, snapshot 1, targets 1");
}

TEST_F(AttackTuf1, S3_ARoleIsGoneFromTheSnapshot) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "targets/releases", {"*"});
  repo.publish({RoleName::targets(), RoleName::releases()});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  std::erase_if(repo.snapshot.meta, [](const tuf::Meta& meta) { return meta.name == "targets/releases"; });
  repo.targets.erase(RoleName::releases());
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
  EXPECT_EQ(client.refusal->role, RoleName::releases());
  EXPECT_EQ(client.state(), "root 1, timestamp 3, snapshot 2, targets 2");
}

TEST_F(AttackTuf1, S3_ARemovedRoleKeepsItsEntry) {
  Simulator repo(kForm);
  repo.delegate(RoleName::targets(), "targets/releases", {"*"});
  repo.set_target(RoleName::releases(), "v2", "two");
  repo.publish({RoleName::targets(), RoleName::releases()});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.look_up("v2")));
  for (tuf::Meta& meta : repo.snapshot.meta) meta.removed = meta.name == "targets/releases";
  repo.targets.erase(RoleName::releases());
  repo.publish();
  ASSERT_TRUE(succeeds(client.refresh()));
  EXPECT_TRUE(fails_with(client.find("v2"), ErrorCode::target_not_found));
  EXPECT_EQ(client.floors.roles.at(RoleName::releases()).version, 1);
}

TEST_P(Attack, S4_ARoleIsRolledBack) {
  for (const bool with_hashes : {true, false}) {
    if (notary() && !with_hashes) continue;  // the form binds by hash alone
    Simulator repo(form());
    const std::string old = repo.served.at(RoleName::targets());
    repo.publish();
    Client client(repo);
    ASSERT_TRUE(succeeds(client.refresh()));
    repo.targets.at(RoleName::targets()).version = 1;
    repo.served[RoleName::targets()] = old;
    ++repo.snapshot.version;
    repo.sign_snapshot();
    if (!with_hashes) {
      for (tuf::Meta& meta : repo.snapshot.meta) meta.hashes = {};
      for (tuf::Meta& meta : repo.snapshot.meta) meta.length.reset();
      repo.served[RoleName::snapshot()] = repo.signed_file(
          RoleName::snapshot(), tuf::write_payload(repo.snapshot), repo.signers[RoleName::snapshot()]);
    }
    ++repo.timestamp.version;
    repo.sign_timestamp();
    EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
    EXPECT_EQ(client.refusal->role, RoleName::targets());
    EXPECT_EQ(client.state(), tuf1() ? "root 1, timestamp 3, snapshot 2, targets 2"
                                     : "root 1, timestamp 3, snapshot 3, targets 2");
  }
}

TEST_P(Attack, S4_ADelegatedRoleIsRolledBack) {
  Simulator repo(form());
  repo.delegate(RoleName::targets(), "targets/releases", {notary() ? "" : "*"});
  repo.publish({RoleName::targets(), RoleName::releases()});
  const std::string old = repo.served.at(RoleName::releases());
  repo.set_target(RoleName::releases(), "v2", "two");
  repo.publish({RoleName::releases()});
  Client client(repo);
  ASSERT_TRUE(succeeds(client.look_up("v2")));
  repo.targets.at(RoleName::releases()).version = 1;
  repo.served[RoleName::releases()] = old;
  repo.publish_online();
  EXPECT_TRUE(fails_with(client.look_up("v2"), ErrorCode::rollback));
  EXPECT_EQ(client.floors.roles.at(RoleName::releases()).version, 2);
}

TEST_P(Attack, S5_SnapshotMissing) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.publish();
  repo.served.erase(RoleName::snapshot());
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::metadata_missing));
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 1, targets 1");
}

TEST_P(Attack, S6_ExpiredSnapshot) {
  Simulator repo(form());
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  repo.snapshot.expires = sim_now();
  repo.publish();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::expired));
  EXPECT_EQ(client.refusal->role, RoleName::snapshot());
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 1, targets 1");
}

TEST_P(Attack, S7_ALocalSnapshotThatDoesNotFitStillCounts) {
  Simulator repo(form());
  repo.publish();
  Client client(repo);
  ASSERT_TRUE(succeeds(client.refresh()));
  client.floors = {};
  client.disk.erase(RoleName::timestamp());  // only the snapshot remembers
  client.disk.erase(RoleName::targets());
  repo.snapshot.version = 1;
  repo.sign_snapshot();
  repo.sign_timestamp();
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::rollback));
}

TEST_P(Attack, M1_TargetsOfAnotherSnapshot) {
  Simulator repo(form());
  const std::string old = repo.served.at(RoleName::targets());
  repo.publish();
  Client client(repo);
  repo.served[RoleName::targets()] = old;
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::hash_mismatch));
  EXPECT_EQ(client.state(), "root 1, timestamp 2, snapshot 2");
}

TEST_F(AttackTuf1, M1_TargetsOfAnotherVersionWithoutHashes) {
  Simulator repo(kForm);
  const std::string old = repo.served.at(RoleName::targets());
  repo.publish();
  for (tuf::Meta& meta : repo.snapshot.meta) {
    meta.hashes = {};
    meta.length.reset();
  }
  repo.served[RoleName::snapshot()] = repo.signed_file(
      RoleName::snapshot(), tuf::write_payload(repo.snapshot), repo.signers[RoleName::snapshot()]);
  repo.sign_timestamp();
  Client client(repo);
  repo.served[RoleName::targets()] = old;
  EXPECT_TRUE(fails_with(client.refresh(), ErrorCode::version_mismatch));
}

}  // namespace
}  // namespace boltseal::test
