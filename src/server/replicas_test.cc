// Two servers on one store: what one has changed, the other must not deny.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "server/change_notices.h"
#include "server/storage/sqlite_storage.h"
#include "server/test_repository.h"
#include "server/test_server.h"
#include "vault/vault.h"

namespace boltseal::server {
namespace {

using testing::must;
using testing::Owner;
using testing::Refused;
using testing::refused;
using testing::TestServer;

/// Notices that the test sends by hand.
class FakeNotices final : public ChangeNotices {
 public:
  void start(Receiver receiver) override { receiver_ = std::move(receiver); }
  void stop() override {}
  SteadyTime current_until() const override { return current ? SteadyTime::max() : SteadyTime::min(); }
  void changed(const Gun& gun) { receiver_.changed(gun.str()); }
  void missed() { receiver_.missed(); }
  bool current = true;

 private:
  Receiver receiver_;
};

class Replicas : public ::testing::Test {
 protected:
  Replicas() {
    std::string name = (std::filesystem::temp_directory_path() / "replicas_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }
  ~Replicas() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<TestServer> replica(Consistency consistency, FakeNotices** notices = nullptr) {
    TrustServerParts parts;
    parts.storage = must(make_sqlite_storage({.path = folder_ + "/server.db"}));
    auto keys = must(Directory::open(folder_ + "/keys", true));
    auto vault = must(vault::Vault::open(must(vault::make_sqlite_key_table(folder_ + "/vault.db")), keys));
    parts.keys =
        make_vault_keys(std::make_shared<vault::Vault>(std::move(vault)), crypto::KeyAlgorithm::ecdsa_p256);
    if (notices != nullptr) {
      auto made = std::make_unique<FakeNotices>();
      *notices = made.get();
      parts.notices = std::move(made);
    }
    auto server =
        std::make_unique<TestServer>(TrustServerOptions{.consistency = consistency}, std::move(parts));
    server->server->start();
    return server;
  }

  std::string folder_;
};

TEST_F(Replicas, StrictServesNothingOld) {
  const auto a = replica(Consistency::alone), b = replica(Consistency::strict);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  for (int version = 1; version <= 3; ++version) {
    for (int again = 0; again < 2; ++again) {
      EXPECT_EQ(b->file(owner.gun, "timestamp.json"), a->file(owner.gun, "timestamp.json"));
      EXPECT_EQ(b->file(owner.gun, "targets.json"), a->file(owner.gun, "targets.json"));
    }
    ASSERT_EQ(owner.publish("v" + std::to_string(version)).status, 200);
  }
  EXPECT_EQ(b->hits, 0) << "a strict replica must ask first";
  ASSERT_EQ(a->ask("DELETE", "/v2/reg.example/app/_trust/tuf/").status, 200);
  EXPECT_EQ(b->status(owner.gun, "timestamp.json"), 404);
}

TEST_F(Replicas, NoticesMakeKeptAnswersGo) {
  FakeNotices* notices = nullptr;
  const auto a = replica(Consistency::alone), b = replica(Consistency::notify, &notices);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  const std::string first = b->file(owner.gun, "timestamp.json");
  ASSERT_EQ(b->file(owner.gun, "timestamp.json"), first);
  EXPECT_EQ(b->hits, 1);
  ASSERT_EQ(owner.publish("v1").status, 200);
  EXPECT_EQ(b->file(owner.gun, "timestamp.json"), first) << "the notice is under way";
  notices->changed(owner.gun);
  EXPECT_EQ(b->file(owner.gun, "timestamp.json"), a->file(owner.gun, "timestamp.json"));
  EXPECT_NE(b->file(owner.gun, "timestamp.json"), first);
}

TEST_F(Replicas, NothingKeptIsServedWhileNothingIsHeard) {
  FakeNotices* notices = nullptr;
  const auto a = replica(Consistency::alone), b = replica(Consistency::notify, &notices);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_NE(b->file(owner.gun, "timestamp.json"), "");
  notices->current = false;
  ASSERT_EQ(owner.publish("v1").status, 200);
  EXPECT_EQ(b->file(owner.gun, "timestamp.json"), a->file(owner.gun, "timestamp.json"));
  EXPECT_EQ(b->hits, 0);
  // Heard again: what was kept before, and in between, is gone.
  ASSERT_EQ(owner.publish("v2").status, 200);
  notices->missed();
  notices->current = true;
  EXPECT_EQ(b->file(owner.gun, "timestamp.json"), a->file(owner.gun, "timestamp.json"));
}

TEST_F(Replicas, PublishersAtDifferentReplicasFollowEachOther) {
  const auto a = replica(Consistency::strict), b = replica(Consistency::strict);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  for (int i = 1; i <= 4; ++i) {
    TestServer& server = i % 2 == 0 ? *a : *b;
    owner.add("v" + std::to_string(i));
    ++owner.targets.version;
    const auto answer = server.post(owner.gun, {{"targets", owner.targets_file()}});
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  EXPECT_EQ(owner.version("timestamp"), 5);
  // A role that is really behind is told so at both.
  for (TestServer* server : {a.get(), b.get()}) {
    const auto again = server->post(owner.gun, {{"targets", owner.targets_file()}});
    EXPECT_EQ(again.status, 400);
    EXPECT_EQ(refused(again).code, "VERSION");
  }
}

// What b has read is old when a has written: no update may be refused on it.
TEST_F(Replicas, NothingIsRefusedOnWhatIsRemembered) {
  const auto a = replica(Consistency::strict), b = replica(Consistency::strict);
  Owner owner(*a, "reg.example/app");
  owner.add("v0");
  const auto early = b->post(owner.gun, {{"targets", owner.targets_file()}});
  ASSERT_EQ(early.status, 400) << "there is no root yet";
  ASSERT_EQ(owner.init().status, 200);
  ++owner.targets.version;
  const auto answer = b->post(owner.gun, {{"targets", owner.targets_file()}});
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(Replicas, DeletedAtOneIsDeletedForAll) {
  const auto a = replica(Consistency::strict), b = replica(Consistency::strict);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  ++owner.targets.version;
  ASSERT_EQ(b->post(owner.gun, {{"targets", owner.targets_file()}}).status, 200);
  ASSERT_EQ(a->ask("DELETE", "/v2/reg.example/app/_trust/tuf/").status, 200);
  ++owner.targets.version;
  EXPECT_EQ(b->post(owner.gun, {{"targets", owner.targets_file()}}).status, 400);
}

TEST_F(Replicas, TheRecordFollowsWhatOthersPublish) {
  FakeNotices* notices = nullptr;
  const auto a = replica(Consistency::alone), b = replica(Consistency::notify, &notices);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_EQ(owner.publish("v1").status, 200);
  EXPECT_FALSE(b->record->mark(owner.gun, Form::notary, RoleName::targets()));
  notices->changed(owner.gun);
  EXPECT_EQ(b->record->mark(owner.gun, Form::notary, RoleName::targets())->version, 2);
}

// A standby that was promoted lags: its data was never marked, and still nothing is published on it.
TEST_F(Replicas, StoreBelowTheRecordTakesNothingThatLeavesItThere) {
  const auto a = replica(Consistency::alone);
  Owner owner(*a, "reg.example/app");
  ASSERT_EQ(owner.init().status, 200);
  ASSERT_EQ(owner.publish("v1").status, 200);
  ASSERT_TRUE(a->record->raise(owner.gun, 1, {{owner.gun, Form::notary, RoleName::root(), 7, Sha256{}}}));
  const Refused why = refused(owner.publish("v2"));
  EXPECT_EQ(why.code, "INVALID_UPDATE");
  EXPECT_THAT(why.text, ::testing::HasSubstr("set back"));
}

}  // namespace
}  // namespace boltseal::server
