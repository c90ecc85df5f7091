#include "client/rotate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/test_keys.h"
#include "client/test_repository.h"
#include "client/test_trust_server.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

const Gun kRepository = *Gun::parse(test::kGun);

/// An owner with the root key, and a server that makes new keys but is not yet what it says after a publish.
class RotateTest : public RepositoryTest {
 protected:
  RotateTest() {
    policy_text = R"({"format":1,"first_use":["registry.example/**"]})";
    server_url = trust.url();
    trust.serve(server);
    trust.set("tuf/timestamp.key", timestamp_key.listed.object);
    trust.set("tuf/snapshot.key", snapshot_key.listed.object);
  }
  void hold(const RoleName& role) {
    const bool root = role == RoleName::root();
    EXPECT_TRUE(keys.store.add(server.signers.at(role).front().signer, role.str(),
                               root ? std::nullopt : std::optional(kRepository)));
  }
  Result<Rotated> rotate(const std::vector<RoleName>& roles) {
    const auto env = environment();
    return rotate_server_keys(*env, keys.store, kRepository, roles);
  }
  /// The root of the only publish, signed as the chain demands.
  tuf::Root published_root() {
    EXPECT_EQ(trust.published().size(), 1u);
    const auto next = *tuf::parse_root(tuf::Form::notary, trust.published().at(0).at("root"));
    const auto before = *tuf::parse_root(tuf::Form::notary, server.newest_root());
    const tuf::RootCertificateRules rules{.gun = test::kGun};
    EXPECT_TRUE(tuf::ChainVerifier::next_root(next, *tuf::ChainVerifier::root_itself(before, rules), rules));
    EXPECT_EQ(next->version, before->version + 1);
    return next.body();
  }

  TestTrustServer trust;
  TestKeyStore keys{folder + "/trust"};
  test::TestKey snapshot_key = test::make_key(tuf::Form::notary);
  test::TestKey timestamp_key = test::make_key(tuf::Form::notary);
};
INSTANTIATE_TEST_SUITE_P(Notary, RotateTest, ::testing::Values(tuf::Form::notary));

TEST_P(RotateTest, OneRootNamesBothKeysWhenTheTimestampHasExpired) {
  hold(RoleName::root());
  clock.advance(60 * kDay);
  const auto done = rotate({RoleName::timestamp(), RoleName::snapshot()});
  EXPECT_THAT(trust.published().at(0), ElementsAre(Key("root")));
  const tuf::Root root = published_root();
  EXPECT_THAT(root.timestamp.keyids, ElementsAre(timestamp_key.listed.id));
  EXPECT_THAT(root.snapshot.keyids, ElementsAre(snapshot_key.listed.id));
  ASSERT_FALSE(done) << "and what the server shows has still expired";
  EXPECT_THAT(done.error().what(), HasSubstr("the server took the new root"));
}

TEST_P(RotateTest, ASnapshotKeyOfOursSignsTheNextSnapshot) {
  hold(RoleName::root());
  hold(RoleName::snapshot());
  // This server took it and shows the old root all the same: no success.
  EXPECT_EQ(rotate({RoleName::timestamp()}).error().code(), ErrorCode::bad_response);
  ASSERT_THAT(trust.published().at(0), ElementsAre(Key("root"), Key("snapshot")));
  const tuf::Root root = published_root();
  EXPECT_THAT(root.snapshot.keyids, Not(Contains(snapshot_key.listed.id)));
  const auto snapshot = *tuf::parse_snapshot(tuf::Form::notary, trust.published().at(0).at("snapshot"));
  EXPECT_EQ(snapshot->find("root")->hashes.sha256, crypto::sha256(trust.published().at(0).at("root")));
  EXPECT_EQ(snapshot->version, server.snapshot.version + 1);
  // Given away, its key is of no more use, and nothing is signed with it.
  EXPECT_FALSE(rotate({RoleName::timestamp(), RoleName::snapshot()}));
  EXPECT_THAT(trust.published().at(1), ElementsAre(Key("root")));
}

TEST_P(RotateTest, WithoutTheRootKeyTheServerIsAskedForNoKey) {
  EXPECT_EQ(rotate({RoleName::timestamp()}).error().code(), ErrorCode::key_missing);
  EXPECT_THAT(trust.asked(), Not(Contains(HasSubstr(".key"))));
}

TEST_P(RotateTest, Security14_NothingIsSignedOverAFirstUse) {
  hold(RoleName::root());
  policy_text.clear();
  EXPECT_EQ(rotate({RoleName::timestamp()}).error().code(), ErrorCode::first_use);
  EXPECT_TRUE(trust.published().empty());
  EXPECT_THAT(trust.asked(), Not(Contains(HasSubstr(".key"))));
}

TEST_P(RotateTest, OnlyRolesOfTheServerEachOnce) {
  hold(RoleName::root());
  const RoleName& timestamp = RoleName::timestamp();
  for (const auto& roles : std::vector<std::vector<RoleName>>{
           {}, {RoleName::root()}, {timestamp, RoleName::targets()}, {timestamp, timestamp}}) {
    EXPECT_EQ(rotate(roles).error().code(), ErrorCode::usage);
  }
  EXPECT_TRUE(trust.asked().empty());
}

TEST_P(RotateTest, AnAnswerThatIsNoKeyChangesNothing) {
  hold(RoleName::root());
  trust.set("tuf/timestamp.key", "{}");
  EXPECT_FALSE(rotate({RoleName::timestamp()}));
  EXPECT_TRUE(trust.published().empty());
}

}  // namespace
}  // namespace boltseal::client
