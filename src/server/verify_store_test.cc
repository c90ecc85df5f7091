#include "server/verify_store.h"

#include <gtest/gtest.h>

#include "server/test_repository.h"

namespace boltseal::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::Owner;
using testing::TestServer;

struct Row {
  VersionName name;
  StoredFile file;
};

/// A good store, taken out row by row, broken by the test, and put into another one.
class VerifyStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    EXPECT_EQ(owner_.init().status, 200);
    for (const char* tag : {"v1", "v2", "v3"}) EXPECT_EQ(owner_.publish(tag).status, 200);
    for (const VersionName& name : must(server_.storage->versions(owner_.gun))) {
      auto file = must(server_.storage->by_version(owner_.gun, name.form, name.role, name.version));
      rows_.push_back({name, *file});
    }
  }

  Row& row(const RoleName& role, std::int64_t version) {
    for (Row& one : rows_) {
      if (one.name.role == role && one.name.version == version) return one;
    }
    ADD_FAILURE() << role.str() << " " << version;
    return rows_.front();
  }
  static void set(Row& row, std::string bytes) {
    row.file.sha256 = crypto::sha256(bytes);
    row.file.bytes = std::move(bytes);
  }
  void drop(const RoleName& role, std::int64_t version) {
    std::erase_if(rows_,
                  [&](const Row& one) { return one.name.role == role && one.name.version == version; });
  }

  /// "kind role version" of each finding.
  std::vector<std::string> check(const Gun& gun) {
    const auto store = make_memory_storage();
    auto fill = must(store->fill());
    for (const Row& one : rows_) {
      StoredFile file = one.file;
      file.version = one.name.version;
      EXPECT_TRUE(fill->file(gun, one.name.form, one.name.role, file));
    }
    EXPECT_TRUE(fill->commit());
    return check(*store);
  }
  std::vector<std::string> check(const Storage& store) {
    std::vector<std::string> out;
    report_ = must(verify_store({store, keys_, record_, server_.clock.now()}, [&](const StoreFinding& found) {
      EXPECT_FALSE(found.text.empty());
      out.push_back(std::string(found.kind) + " " + found.role + " " + std::to_string(found.version));
    }));
    EXPECT_EQ(report_.findings, out.size());
    return out;
  }
  std::vector<std::string> check() { return check(owner_.gun); }

  TestServer server_;
  Owner owner_{server_, "docker.io/library/a"};
  KeyService* keys_ = server_.keys;
  const HighWater* record_ = server_.record;
  std::vector<Row> rows_;
  StoreCheckReport report_;
};

TEST_F(VerifyStoreTest, NothingIsWrongWithAGoodStore) {
  EXPECT_THAT(check(*server_.storage), IsEmpty());
  EXPECT_EQ(report_.guns, 1U);
  EXPECT_EQ(report_.files, rows_.size());
  EXPECT_THAT(check(), IsEmpty());
  EXPECT_EQ(report_.files, rows_.size());
}

TEST_F(VerifyStoreTest, ChangedBytesUnderTheOldHash) {
  row(RoleName::targets(), 2).file.bytes += " ";
  EXPECT_THAT(check(), ElementsAre("wrong_hash targets 2"));
}

TEST_F(VerifyStoreTest, ChangedContentUnderItsOwnHash) {
  Row& broken = row(RoleName::targets(), 2);
  std::string bytes = broken.file.bytes;
  bytes.replace(bytes.find("\"v1\""), 4, "\"w1\"");
  set(broken, bytes);
  EXPECT_THAT(check(), ElementsAre("not_signed targets 2"));
}

TEST_F(VerifyStoreTest, ChangedFileThatClientsGet) {
  Row& broken = row(RoleName::targets(), 4);
  std::string bytes = broken.file.bytes;
  bytes.replace(bytes.find("\"v1\""), 4, "\"w1\"");
  set(broken, bytes);
  EXPECT_THAT(check(), ::testing::UnorderedElementsAre("not_signed targets 4", "missing targets 0",
                                                       "below_record targets 4"));
}

TEST_F(VerifyStoreTest, RubbishIsNoFile) {
  set(row(RoleName::targets(), 1), "no JSON");
  set(row(RoleName::snapshot(), 1), "{}");
  EXPECT_THAT(check(), ElementsAre("unreadable snapshot 1", "unreadable targets 1"));
}

TEST_F(VerifyStoreTest, FileUnderAnotherNumber) {
  row(RoleName::targets(), 1).name.version = 9;
  EXPECT_THAT(check(), ElementsAre("wrong_version targets 9", "not_named targets 9"));
}

TEST_F(VerifyStoreTest, FileOfAnotherRole) {
  set(row(RoleName::targets(), 1), row(RoleName::snapshot(), 1).file.bytes);
  EXPECT_THAT(check(), ElementsAre("unreadable targets 1"));
}

TEST_F(VerifyStoreTest, MissingFiles) {
  drop(RoleName::targets(), 4);
  EXPECT_THAT(check(), Contains("missing targets 0"));
  drop(RoleName::snapshot(), owner_.version("snapshot"));
  EXPECT_THAT(check(), Contains("missing snapshot 0"));
  std::erase_if(rows_, [](const Row& one) { return one.name.role == RoleName::timestamp(); });
  EXPECT_THAT(check(), Contains("missing timestamp 0"));
  std::erase_if(rows_, [](const Row& one) { return one.name.role == RoleName::root(); });
  const auto found = check();
  EXPECT_THAT(found, Contains("missing root 0"));
  EXPECT_THAT(found, Contains("not_signed targets 1"));
}

TEST_F(VerifyStoreTest, RepositoryUnderAnotherName) {
  const auto found = check(*Gun::parse("docker.io/library/b"));
  EXPECT_THAT(found, Contains("not_signed root 1"));
  EXPECT_THAT(found, Contains("key_missing timestamp 0"));
  // And the one that the record knows has gone.
  EXPECT_THAT(found, Contains("below_record root 0"));
  EXPECT_EQ(report_.guns, 2U);
}

TEST_F(VerifyStoreTest, RootsFollowOnEachOther) {
  const auto other = testing::new_key();
  const Gun gun = owner_.gun;
  // A root 2 that its own new key signed, and the old one did not.
  const tuf::Key old = owner_.root.keys.at(owner_.root.root.keyids[0]);
  const Time now = server_.clock.now();
  const tuf::Key fresh =
      must(tuf::make_root_certificate(*other, gun, now - kDay, now + 365 * kDay, crypto::system_random()));
  tuf::Root root = owner_.root;
  root.version = 2;
  root.keys.erase(old.id);
  root.keys.emplace(fresh.id, fresh);
  root.root.keyids = {fresh.id};
  const tuf::Authority authority{root.keys, root.root};
  const std::vector<crypto::Signer*> signers = {other.get()};
  Row second{{Form::notary, RoleName::root(), 2}, {}};
  set(second, must(tuf::sign(root, std::span(&authority, 1), signers)).bytes);
  rows_.push_back(second);
  EXPECT_THAT(check(), ElementsAre("root_chain root 2", "not_named root 2"));
  rows_.back().name.version = 3;
  EXPECT_THAT(check(), Contains("root_chain root 3"));
}

TEST_F(VerifyStoreTest, RotatedKeysLeaveOldFilesGood) {
  // A new targets key: versions 1 to 4 were signed by the old one.
  owner_.targets_key = testing::new_key();
  const tuf::Key key = tuf::encode_key(Form::notary, owner_.targets_key->public_key());
  owner_.root.keys.emplace(key.id, key);
  owner_.root.targets.keyids = {key.id};
  owner_.root.version = 2;
  owner_.add("v4");
  ++owner_.targets.version;
  ASSERT_EQ(
      server_.post(owner_.gun, {{"root", owner_.root_file()}, {"targets", owner_.targets_file()}}).status,
      200);
  EXPECT_THAT(check(*server_.storage), IsEmpty());
}

TEST_F(VerifyStoreTest, DelegationsAreFollowedToTheirKeys) {
  const auto alice = testing::new_key();
  tuf::DelegatedRole entry;
  const tuf::Key key = tuf::encode_key(Form::notary, alice->public_key());
  entry.name = "targets/alice";
  entry.keyids = {key.id};
  entry.paths = {""};
  entry.has_paths = true;
  owner_.targets.delegations.emplace();
  owner_.targets.delegations->keys.emplace(key.id, key);
  owner_.targets.delegations->roles.push_back(entry);
  ++owner_.targets.version;
  const auto delegate = [&](crypto::Signer& signer) {
    tuf::Targets file = tuf::new_targets(Form::notary, server_.clock.now() + 90 * kDay, std::nullopt);
    return Owner::sign_targets(file, owner_.targets.delegations->keys, entry, signer);
  };
  ASSERT_EQ(
      server_.post(owner_.gun, {{"targets", owner_.targets_file()}, {"targets/alice", delegate(*alice)}})
          .status,
      200);
  EXPECT_THAT(check(*server_.storage), IsEmpty());
  rows_.clear();
  for (const VersionName& name : must(server_.storage->versions(owner_.gun))) {
    rows_.push_back(
        {name, *must(server_.storage->by_version(owner_.gun, name.form, name.role, name.version))});
  }
  // Signed by somebody: found only by the keys of its parent.
  const RoleName role = *RoleName::parse_notary("targets/alice");
  Row more = row(role, 1);
  std::string bytes = more.file.bytes;
  bytes.replace(bytes.find("\"sig\":\"") + 7, 4, "AAAA");
  more.name.version = 2;
  set(more, bytes);
  rows_.push_back(more);
  EXPECT_THAT(check(), ElementsAre("wrong_version targets/alice 2", "not_signed targets/alice 2",
                                   "not_named targets/alice 2"));
  // A role that nobody delegates to.
  rows_.back().name.role = *RoleName::parse_notary("targets/stranger");
  EXPECT_THAT(check(), Contains("not_signed targets/stranger 2"));
}

TEST_F(VerifyStoreTest, ExpiredRoles) {
  server_.clock.advance(15 * kDay);
  EXPECT_THAT(check(), ElementsAre("expired timestamp 4"));
  server_.clock.advance(1100 * kDay);
  EXPECT_THAT(check(), Contains("expired targets 4"));
}

TEST_F(VerifyStoreTest, StoreOlderThanTheRecord) {
  drop(RoleName::targets(), 4);
  drop(RoleName::snapshot(), 4);
  drop(RoleName::timestamp(), 4);
  EXPECT_THAT(check(), ::testing::UnorderedElementsAre("below_record targets 3", "below_record snapshot 3",
                                                       "below_record timestamp 3"));
  record_ = nullptr;
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(VerifyStoreTest, DeletedRepositoriesAreAsRecorded) {
  ASSERT_EQ(server_.ask("DELETE", "/v2/docker.io/library/a/_trust/tuf/").status, 200);
  EXPECT_THAT(check(*server_.storage), IsEmpty());
}

TEST_F(VerifyStoreTest, KeysThatTheServerLacks) {
  const auto others = make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256);
  keys_ = others.get();
  EXPECT_THAT(check(), ElementsAre("key_missing timestamp 0"));
  keys_ = nullptr;
  EXPECT_THAT(check(), IsEmpty());
}

TEST_F(VerifyStoreTest, MarkOfRecovery) {
  ASSERT_TRUE(server_.storage->set_needs_recovery(owner_.gun, true));
  EXPECT_THAT(check(*server_.storage), ElementsAre("needs_recovery  0"));
}

TEST_F(VerifyStoreTest, FormsThatDiffer) {
  // TUF 1.0 files that were never made from these Notary files, and of another repository.
  for (const auto& [role, type] : {std::pair{RoleName::root(), 1}, std::pair{RoleName::targets(), 2}}) {
    Row wrong{{Form::tuf1, role, type}, {}};
    set(wrong, row(role, 1).file.bytes);
    rows_.push_back(wrong);
  }
  const auto found = check();
  EXPECT_THAT(found, Contains("unreadable root 1"));
  EXPECT_THAT(found, Contains("unreadable targets 2"));
}

}  // namespace
}  // namespace boltseal::server
