// Restored stores and deleted repositories (SECURITY rules 12 and 16).
#include "server/recovery.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "db/sqlite.h"
#include "server/storage/sqlite_storage.h"
#include "server/test_repository.h"
#include "vault/vault.h"

namespace boltseal::server {
namespace {

using ::testing::HasSubstr;
using testing::must;
using testing::Owner;
using testing::refused;
using testing::TestServer;

/// Servers on one state directory and one keys directory, as boltseald has them.
class RestoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-restore-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    for (const char* name : {"/state", "/keys"}) std::filesystem::create_directory(folder_ + name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<TestServer> start() {
    TrustServerParts parts;
    parts.storage = must(make_sqlite_storage({.path = folder_ + "/state/server.db"}));
    auto table = must(vault::make_sqlite_key_table(folder_ + "/state/vault.db"));
    auto vault = must(vault::Vault::open(std::move(table), must(Directory::open(folder_ + "/keys"))));
    parts.keys =
        make_vault_keys(std::make_unique<vault::Vault>(std::move(vault)), crypto::KeyAlgorithm::ecdsa_p256);
    parts.record = must(HighWater::open(must(Directory::open(folder_ + "/keys"))));
    return std::make_unique<TestServer>(TrustServerOptions{}, std::move(parts));
  }
  void backup() { std::filesystem::copy(folder_ + "/state", folder_ + "/backup"); }
  void restore() {
    std::filesystem::remove_all(folder_ + "/state");
    std::filesystem::copy(folder_ + "/backup", folder_ + "/state");
  }
  std::string folder_;
};

TEST_F(RestoreTest, NotaryBug7KeysOutliveARestart) {
  auto server = start();
  Owner owner(*server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  const auto key = server->file(owner.gun, "timestamp.key");
  server = start();
  EXPECT_EQ(server->file(owner.gun, "timestamp.key"), key);
  owner.add("v1");
  owner.targets.version = 2;
  EXPECT_EQ(server->post(owner.gun, {{"targets", owner.targets_file()}}).status, 200);
}

/// As a notary-server deletes: rows gone, no tombstone, a row in the feed.
void delete_as_notary_server(const std::string& database) {
  const auto db = must(db::Sqlite::open(database));
  ASSERT_TRUE(
      db->execute("DELETE FROM tuf_files; INSERT INTO changefeed(created_at,gun,version,sha256,category) "
                  "VALUES('2026-11-24 07:00:00+00:00','docker.io/library/a',0,'','deletion')"));
}

TEST_F(RestoreTest, DeletedByANotaryServerIsNoRestoredBackup) {
  auto server = start();
  Owner owner(*server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_EQ(owner.publish("v1").status, 200);
  server.reset();
  delete_as_notary_server(folder_ + "/state/server.db");
  server = start();
  EXPECT_EQ(server->report.read_only, 0u);
  Owner next(*server, "docker.io/library/a");
  EXPECT_EQ(next.init().status, 200);
  EXPECT_EQ(next.publish("v2").status, 200);
  EXPECT_GT(next.version("timestamp"), 2) << "what the server makes goes on above the old numbers";
}

TEST_F(RestoreTest, BegunAnewAtANotaryServerIsANewLife) {
  auto server = start();
  Owner owner(*server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_EQ(owner.publish("v1").status, 200);
  Owner other(*server, "docker.io/library/b");
  ASSERT_EQ(other.init().status, 200);
  server.reset();
  delete_as_notary_server(folder_ + "/state/server.db");
  const auto db = must(db::Sqlite::open(folder_ + "/state/server.db"));
  ASSERT_TRUE(
      db->execute("INSERT INTO tuf_files(gun,role,version,data,sha256,created_at,updated_at) VALUES("
                  "'docker.io/library/a','timestamp',1,'{}','" +
                  std::string(64, 'a') + "','2026-11-24 07:00:01+00:00','2026-11-24 07:00:01+00:00')"));
  server = start();
  EXPECT_EQ(server->report.read_only, 1u) << "b was deleted without a trace of its own";
  EXPECT_EQ(server->storage->state(owner.gun)->epoch, 2);
  EXPECT_FALSE(server->storage->state(owner.gun)->needs_recovery);
  EXPECT_TRUE(server->storage->state(other.gun)->needs_recovery);
}

TEST_F(RestoreTest, NotaryBug18WrongSealingKeyEndsTheStart) {
  {
    auto server = start();
    Owner owner(*server, "docker.io/library/a");
    ASSERT_EQ(owner.init().status, 200);
  }
  std::filesystem::rename(folder_ + "/keys", folder_ + "/old-keys");
  std::filesystem::create_directory(folder_ + "/keys");
  auto table = must(vault::make_sqlite_key_table(folder_ + "/state/vault.db"));
  auto refused_start = vault::Vault::open(std::move(table), must(Directory::open(folder_ + "/keys")));
  ASSERT_FALSE(refused_start);
  EXPECT_EQ(refused_start.error().code(), ErrorCode::bad_key);
}

TEST_F(RestoreTest, Security12FirstStartTakesTheStoreAsItIs) {
  {
    auto server = start();
    Owner owner(*server, "docker.io/library/a");
    ASSERT_EQ(owner.init().status, 200);
  }
  std::filesystem::remove(folder_ + "/keys/high-water");
  auto server = start();
  EXPECT_TRUE(server->report.first_start);
  EXPECT_EQ(
      server->record->mark(*Gun::parse("docker.io/library/a"), Form::notary, RoleName::timestamp())->version,
      1);
  EXPECT_FALSE(start()->report.first_start);
}

TEST_F(RestoreTest, Security12OnlineRolesBehindAreSignedAboveTheRecord) {
  auto server = start();
  Owner owner(*server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  server.reset();
  backup();
  server = start();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(server->post(owner.gun, {}).status, 200);
  server.reset();
  restore();
  server = start();
  EXPECT_EQ(server->report.resigned, 1u);
  EXPECT_EQ(server->report.read_only, 0u);
  EXPECT_EQ(Owner::tuf_version(server->file(owner.gun, "timestamp.json")), 5);
  EXPECT_EQ(Owner::tuf_version(server->file(owner.gun, "snapshot.json")), 5);
}

TEST_F(RestoreTest, Security12OwnerRolesBehindMakeTheGunReadOnlyUntilRepublished) {
  auto server = start();
  Owner owner(*server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  server.reset();
  backup();
  server = start();
  owner.add("v2");
  owner.targets.version = 2;
  const std::string second = owner.targets_file();
  ASSERT_EQ(server->post(owner.gun, {{"targets", second}}).status, 200);
  server.reset();
  restore();
  server = start();
  EXPECT_EQ(server->report.read_only, 1u);
  EXPECT_TRUE(must(server->storage->state(owner.gun)).needs_recovery);
  EXPECT_EQ(server->status(owner.gun, "targets.json"), 200) << "reads go on";
  EXPECT_FALSE(must(server->server->renewal().renew_now(owner.gun))) << "nothing is signed over it";
  const auto online_only = server->post(owner.gun, {});
  EXPECT_EQ(refused(online_only).name, "ErrValidation");
  EXPECT_THAT(refused(online_only).text,
              HasSubstr("has version 1 of targets, but version 2 was acknowledged"));
  // Other content under the acknowledged number.
  Owner fork = owner;
  fork.add("evil");
  EXPECT_EQ(refused(server->post(owner.gun, {{"targets", fork.targets_file()}})).code, "VERSION");
  // The very file that was acknowledged.
  EXPECT_EQ(server->post(owner.gun, {{"targets", second}}).status, 200);
  EXPECT_FALSE(must(server->storage->state(owner.gun)).needs_recovery);
  EXPECT_EQ(server->file(owner.gun, "targets.json"), second);
  EXPECT_GT(Owner::tuf_version(server->file(owner.gun, "timestamp.json")), 2);
  server.reset();
  EXPECT_EQ(start()->report.read_only, 0u);
}

class ReinitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(owner_.init().status, 200);
    ASSERT_EQ(owner_.publish("v1").status, 200);
    ASSERT_EQ(server_.ask("DELETE", TestServer::path(owner_.gun, "")).status, 200);
  }
  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
};

TEST_F(ReinitTest, Security16SameRootKeyUnderANewCertificateBeginsAnew) {
  owner_.begin();
  ASSERT_EQ(owner_.init().status, 200);
  EXPECT_EQ(owner_.version("root"), 1);
  EXPECT_EQ(owner_.version("targets"), 1);
  EXPECT_EQ(owner_.version("snapshot"), 3) << "above the old numbers";
  EXPECT_EQ(owner_.version("timestamp"), 3);
  EXPECT_EQ(must(server_.storage->state(owner_.gun)).epoch, 2);
  EXPECT_EQ(owner_.publish("v1").status, 200);
}

TEST_F(ReinitTest, Security16AnotherRootKeyIsRefusedUntilTheOperatorAllowsIt) {
  Owner stranger(server_, "docker.io/library/a");
  const auto response = stranger.init();
  EXPECT_EQ(refused(response).name, "ErrBadRoot");
  EXPECT_THAT(refused(response).text, HasSubstr("boltseald gun reset"));
  ASSERT_TRUE(server_.storage->allow_reset(owner_.gun));
  EXPECT_EQ(stranger.init().status, 200);
  EXPECT_FALSE(must(server_.storage->state(owner_.gun)).reset_allowed);
  EXPECT_EQ(stranger.version("timestamp"), 3);
}

// notary-server's signer keeps them for ever.
TEST(NotaryBug8, KeysOfADeletedGunSignNoMore) {
  TestServer server;
  Owner owner(server, "docker.io/library/a");
  ASSERT_EQ(owner.init().status, 200);
  const auto key = server.key(owner.gun, "timestamp");
  ASSERT_TRUE(must(server.keys->find(owner.gun, RoleName::timestamp(), *key)));
  ASSERT_EQ(server.ask("DELETE", TestServer::path(owner.gun, "")).status, 200);
  EXPECT_FALSE(must(server.keys->find(owner.gun, RoleName::timestamp(), *key)));
  EXPECT_NE(*server.key(owner.gun, "timestamp"), *key);
}

}  // namespace
}  // namespace boltseal::server
