#include "client/init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "client/test_keys.h"
#include "client/test_repository.h"
#include "client/test_trust_server.h"
#include "tuf/codec.h"

namespace boltseal::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

const Gun kRepository = *Gun::parse(test::kGun);

class InitTest : public RepositoryTest {
 protected:
  InitTest() {
    server_url = trust.url();
    serve_key("snapshot", snapshot_key);
    serve_key("timestamp", timestamp_key);
  }
  void serve_key(const std::string& role, const test::TestKey& key) {
    trust.set("tuf/" + role + ".key", key.listed.object);
  }
  Result<Initialised> init() {
    const auto env = environment();
    return client::init(*env, keys.store, kRepository, {});
  }
  /// What notary 0.7.0 leaves when nothing was published: root and targets, with a snapshot key here.
  void leave_half_made() {
    for (const char* role : {"root", "targets", "snapshot"}) {
      const RoleName name = *RoleName::parse_notary(role);
      EXPECT_TRUE(keys.store.add(server.signers.at(name).front().signer, role,
                                 name == RoleName::root() ? std::nullopt : std::optional(kRepository)));
    }
    store::TrustStore store(folder + "/trust", tuf::Form::notary, kRepository);
    EXPECT_TRUE(store.commit({{RoleName::root(), 1, server.newest_root()},
                              {RoleName::targets(), 1, server.served.at(RoleName::targets())}},
                             {}));
  }

  TestTrustServer trust;
  TestKeyStore keys{folder + "/trust"};
  test::TestKey snapshot_key = test::make_key(tuf::Form::notary);
  test::TestKey timestamp_key = test::make_key(tuf::Form::notary);
};
INSTANTIATE_TEST_SUITE_P(Notary, InitTest, ::testing::Values(tuf::Form::notary));

TEST_P(InitTest, Security9_SnapshotAndTimestampAreTheServers) {
  ASSERT_TRUE(init());
  ASSERT_EQ(trust.published().size(), 1u);
  const auto parts = trust.published().front();
  EXPECT_THAT(parts, ElementsAre(Key("root"), Key("targets")));
  const auto root = tuf::parse_root(tuf::Form::notary, parts.at("root"));
  ASSERT_TRUE(root);
  EXPECT_THAT((*root)->snapshot.keyids, ElementsAre(snapshot_key.listed.id));
  EXPECT_THAT((*root)->timestamp.keyids, ElementsAre(timestamp_key.listed.id));
}

TEST_P(InitTest, Security9_NoOnlineKeyIsKeptOrExported) {
  ASSERT_TRUE(init());
  const auto listing = *keys.store.list();
  std::vector<std::string> roles;
  std::vector<KeyId> ids;
  for (const keys::KeyInfo& key : listing.keys) {
    roles.push_back(key.role);
    ids.push_back(key.id);
  }
  EXPECT_THAT(roles, ElementsAre("root", "targets"));
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/trust/private")) {
    if (file.path().extension() == ".key") ++files;
  }
  EXPECT_EQ(files, 2u);
  const std::string bundle = *keys.store.export_bundle(ids);
  for (const char* role : {"snapshot", "timestamp"}) EXPECT_THAT(bundle, Not(HasSubstr(role)));
}

TEST_P(InitTest, GoesOnWithALocalSnapshotKey) {
  leave_half_made();
  const auto done = init();
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_TRUE(done->resumed);
  EXPECT_TRUE(done->local_snapshot);
  const auto parts = trust.published().front();
  EXPECT_EQ(parts.at("root"), server.newest_root());
  EXPECT_EQ(parts.at("targets"), server.served.at(RoleName::targets()));
  const auto snapshot = tuf::parse_snapshot(tuf::Form::notary, parts.at("snapshot"));
  ASSERT_TRUE(snapshot);
  EXPECT_EQ((*snapshot)->version, 1);
  EXPECT_EQ((*snapshot)->find("root")->hashes.sha256, crypto::sha256(parts.at("root")));
  EXPECT_EQ((*snapshot)->find("targets")->hashes.sha256, crypto::sha256(parts.at("targets")));
}

TEST_P(InitTest, GoesOnWithASnapshotKeyOfTheServer) {
  leave_half_made();
  ASSERT_TRUE(keys.store.remove(*server.signers.at(RoleName::snapshot()).front().listed.canonical_id));
  const auto done = init();
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_TRUE(done->resumed);
  EXPECT_FALSE(done->local_snapshot);
  EXPECT_THAT(trust.published().front(), ElementsAre(Key("root"), Key("targets")));
}

}  // namespace
}  // namespace boltseal::client
