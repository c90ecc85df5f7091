// What every implementation of server::Storage must do. Include it in a test and instantiate:
//   INSTANTIATE_TEST_SUITE_P(Memory, StorageConformance, ::testing::Values(StorageCase{"memory", make}));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "server/storage/storage.h"
#include "tests/support/storage_batches.h"

namespace boltseal::server {

struct StorageCase {
  std::string name;
  /// A fresh, empty store each time.
  std::function<std::shared_ptr<Storage>()> make;
  /// Names that differ in case alone cannot both be stored: the second is already_exists.
  bool folds_names = false;
};

class StorageConformance : public ::testing::TestWithParam<StorageCase> {
 protected:
  void SetUp() override { storage_ = GetParam().make(); }
  std::optional<StoredFile> must(const Storage::Found& found) {
    EXPECT_TRUE(found) << found.error().what();
    return found ? *found : std::nullopt;
  }
  std::shared_ptr<Storage> storage_;
};

TEST_P(StorageConformance, EmptyStoreHasNothing) {
  using namespace conformance;
  EXPECT_FALSE(must(storage_->latest(gun("a/b"), Form::notary, role("root"))));
  EXPECT_FALSE(must(storage_->current(gun("a/b"), Form::notary, role("root"))));
  EXPECT_TRUE(storage_->guns("", 10)->empty());
  EXPECT_TRUE(storage_->heads(std::nullopt)->empty());
  EXPECT_FALSE(*storage_->remove(gun("a/b"), at(0)));
  EXPECT_FALSE(storage_->tombstone(gun("a/b"))->has_value());
  EXPECT_TRUE(storage_->check());
}

TEST_P(StorageConformance, ReadsBackEveryWay) {
  using namespace conformance;
  const Gun name = gun("docker.io/library/a");
  const Batch first = whole(name, 1), second = whole(name, 2, 60);
  ASSERT_TRUE(storage_->publish(first));
  ASSERT_TRUE(storage_->publish(second));
  for (std::size_t i = 0; i < 4; ++i) {
    const RoleName& which = first.files[i].role;
    const auto newest = must(storage_->latest(name, Form::notary, which));
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->bytes, second.files[i].bytes);
    EXPECT_EQ(newest->version, 2);
    EXPECT_EQ(newest->created, at(60));
    EXPECT_EQ(newest->sha256, second.files[i].sha256);
    EXPECT_EQ(must(storage_->current(name, Form::notary, which))->bytes, second.files[i].bytes);
    EXPECT_EQ(must(storage_->by_version(name, Form::notary, which, 1))->bytes, first.files[i].bytes);
    EXPECT_EQ(must(storage_->by_hash(name, Form::notary, which, first.files[i].sha256))->version, 1);
    EXPECT_FALSE(must(storage_->by_version(name, Form::notary, which, 3)));
  }
}

TEST_P(StorageConformance, CurrentFollowsTheTimestampNotTheHighestVersion) {
  using namespace conformance;
  const Gun name = gun("a/b");
  ASSERT_TRUE(storage_->publish(whole(name, 1)));
  ASSERT_TRUE(storage_->publish(
      {name, at(1), {file("targets", 7, "{\"targets\":7}"), file("targets/alice", 1, "{}")}}));
  EXPECT_EQ(must(storage_->current(name, Form::notary, role("targets")))->version, 1);
  EXPECT_EQ(must(storage_->latest(name, Form::notary, role("targets")))->version, 7);
  EXPECT_FALSE(must(storage_->current(name, Form::notary, role("targets/alice"))));
}

TEST_P(StorageConformance, FormsAreApart) {
  using namespace conformance;
  const Gun name = gun("a/b");
  const std::string targets = "{}";
  const std::string snapshot = "{\"signed\":{\"meta\":{\"targets.json\":{\"version\":3}}}}";
  const std::string timestamp = "{\"signed\":{\"meta\":{\"snapshot.json\":{\"version\":2}}}}";
  ASSERT_TRUE(storage_->publish(whole(name, 1)));
  ASSERT_TRUE(storage_->publish(
      {name,
       at(1),
       {file("root", 1, "{\"r\":1}", Form::tuf1), file("targets", 3, targets, Form::tuf1),
        file("snapshot", 2, snapshot, Form::tuf1), file("timestamp", 9, timestamp, Form::tuf1)}}));
  EXPECT_EQ(must(storage_->current(name, Form::tuf1, role("root")))->bytes, "{\"r\":1}");
  EXPECT_EQ(must(storage_->current(name, Form::tuf1, role("timestamp")))->version, 9);
  EXPECT_EQ(must(storage_->current(name, Form::tuf1, role("snapshot")))->version, 2);
  EXPECT_EQ(must(storage_->current(name, Form::tuf1, role("targets")))->version, 3);
  EXPECT_EQ(must(storage_->current(name, Form::notary, role("targets")))->version, 1);
  EXPECT_EQ(storage_->heads(name)->size(), 8u);
  EXPECT_EQ(storage_->changes(name, 0, 100)->size(), 1u) << "the feed has Notary timestamps alone";
}

TEST_P(StorageConformance, VersionMustGrow) {
  using namespace conformance;
  const Gun name = gun("a/b");
  ASSERT_TRUE(storage_->publish(whole(name, 3)));
  for (const std::int64_t version : {1, 3}) {
    auto refused =
        storage_->publish({name, at(1), {file("targets/a", 1, "{}"), file("root", version, "{}")}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  }
  EXPECT_FALSE(must(storage_->latest(name, Form::notary, role("targets/a"))))
      << "half of a publish was stored";
  auto twice = storage_->publish({name, at(1), {file("root", 4, "{}"), file("root", 4, "{ }")}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), ErrorCode::conflict);
}

TEST_P(StorageConformance, BasisThatMovedIsConflict) {
  using namespace conformance;
  const Gun name = gun("a/b");
  Batch first{name, at(0), {file("root", 1, "{}")}};
  first.basis = {{Form::notary, role("root"), 0}, {Form::notary, role("snapshot"), 0}};
  ASSERT_TRUE(storage_->publish(first));
  Batch second{name, at(0), {file("targets", 1, "{}")}};
  second.basis = {{Form::notary, role("root"), 0}};
  auto refused = storage_->publish(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  second.basis = {{Form::notary, role("root"), 1}};
  EXPECT_TRUE(storage_->publish(second));
}

TEST_P(StorageConformance, StateThatMovedIsConflict) {
  using namespace conformance;
  const Gun name = gun("a/b");
  Batch batch = whole(name, 1);
  batch.state = GunState{};
  ASSERT_TRUE(storage_->publish(batch));
  ASSERT_TRUE(storage_->set_needs_recovery(name, true));
  batch = whole(name, 2);
  batch.state = GunState{};
  auto refused = storage_->publish(batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  batch.state->needs_recovery = true;
  EXPECT_TRUE(storage_->publish(batch));
}

TEST_P(StorageConformance, StateTagDiffersAfterEachChange) {
  using namespace conformance;
  const Gun name = gun("a/b");
  std::set<std::string> seen;
  const auto is_new = [&] { return seen.insert(*storage_->state_tag(name)).second; };
  EXPECT_TRUE(is_new());
  ASSERT_TRUE(storage_->publish(whole(name, 1)));
  EXPECT_TRUE(is_new());
  EXPECT_FALSE(is_new());
  ASSERT_TRUE(storage_->publish(whole(gun("a/c"), 1)));
  EXPECT_FALSE(is_new()) << "another GUN";
  ASSERT_TRUE(storage_->publish({name, at(1), {file("timestamp", 4, "{}", Form::tuf1)}}));
  EXPECT_TRUE(is_new());
  ASSERT_TRUE(*storage_->remove(name, at(2)));
  EXPECT_EQ(*storage_->state_tag(name), *storage_->state_tag(gun("never/there")));
}

TEST_P(StorageConformance, NamesAreComparedAsBinary) {
  using namespace conformance;
  const Gun small = gun("reg.example/team/app"), large = gun("REG.example/team/app");
  ASSERT_TRUE(storage_->publish({small, at(0), {file("targets", 1, "{\"s\":1}")}}));
  EXPECT_FALSE(must(storage_->latest(large, Form::notary, role("targets"))));
  const auto stored = storage_->publish({large, at(0), {file("targets", 1, "{\"l\":1}")}});
  if (GetParam().folds_names) {
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code(), ErrorCode::already_exists);
    EXPECT_FALSE(*storage_->remove(large, at(1)));
    EXPECT_EQ(must(storage_->latest(small, Form::notary, role("targets")))->bytes, "{\"s\":1}");
    return;
  }
  ASSERT_TRUE(stored) << stored.error().what();
  EXPECT_EQ(must(storage_->latest(small, Form::notary, role("targets")))->bytes, "{\"s\":1}");
  EXPECT_EQ(must(storage_->latest(large, Form::notary, role("targets")))->bytes, "{\"l\":1}");
  EXPECT_TRUE(*storage_->remove(large, at(1)));
  EXPECT_TRUE(must(storage_->latest(small, Form::notary, role("targets"))));
}

TEST_P(StorageConformance, HashIsOfOneGunAndRole) {
  using namespace conformance;
  const NewFile shared = file("targets", 1, "{\"x\":1}");
  ASSERT_TRUE(storage_->publish({gun("a/b"), at(0), {shared}}));
  EXPECT_FALSE(must(storage_->by_hash(gun("a/c"), Form::notary, role("targets"), shared.sha256)));
  EXPECT_FALSE(must(storage_->by_hash(gun("a/b"), Form::notary, role("root"), shared.sha256)));
  EXPECT_FALSE(must(storage_->by_hash(gun("a/b"), Form::tuf1, role("targets"), shared.sha256)));
}

// Bug 8 of notary-server's memory store: a/b took a/bc with it.
TEST_P(StorageConformance, NotaryBug8DeleteTakesExactlyOneGun) {
  using namespace conformance;
  for (const char* name : {"a/b", "a/bc", "a/b/c", "a"}) ASSERT_TRUE(storage_->publish(whole(gun(name), 1)));
  EXPECT_TRUE(*storage_->remove(gun("a/b"), at(5)));
  for (const char* name : {"a/bc", "a/b/c", "a"}) {
    EXPECT_TRUE(must(storage_->current(gun(name), Form::notary, role("targets")))) << name;
  }
  const Batch gone = whole(gun("a/b"), 1);
  EXPECT_FALSE(must(storage_->latest(gun("a/b"), Form::notary, role("targets"))));
  EXPECT_FALSE(must(storage_->by_hash(gun("a/b"), Form::notary, role("root"), gone.files[0].sha256)));
  EXPECT_THAT(*storage_->guns("", 10), ::testing::ElementsAre(gun("a"), gun("a/b/c"), gun("a/bc")));
}

TEST_P(StorageConformance, DeleteLeavesATombstoneUntilReinitialised) {
  using namespace conformance;
  const Gun name = gun("a/b");
  ASSERT_TRUE(storage_->publish(whole(name, 1)));
  ASSERT_TRUE(storage_->publish(whole(name, 4)));
  ASSERT_TRUE(*storage_->remove(name, at(5)));
  const auto stone = *storage_->tombstone(name);
  ASSERT_TRUE(stone);
  EXPECT_EQ(stone->versions.at({Form::notary, role("timestamp")}), 4);
  EXPECT_EQ(stone->roots.at(Form::notary), "{\"root\":4}");
  EXPECT_EQ(stone->deleted, at(5));
  EXPECT_EQ(storage_->state(name)->epoch, 1);
  ASSERT_TRUE(storage_->allow_reset(name));
  EXPECT_TRUE(storage_->state(name)->reset_allowed);
  Batch again = whole(name, 1, 9);
  again.reinitialises = true;
  ASSERT_TRUE(storage_->publish(again));
  EXPECT_FALSE(storage_->tombstone(name)->has_value());
  EXPECT_EQ(storage_->state(name)->epoch, 2);
  EXPECT_FALSE(storage_->state(name)->reset_allowed);
}

TEST_P(StorageConformance, RecoveryMark) {
  using namespace conformance;
  const Gun name = gun("a/b");
  EXPECT_FALSE(storage_->state(name)->needs_recovery);
  ASSERT_TRUE(storage_->set_needs_recovery(name, true));
  EXPECT_TRUE(storage_->state(name)->needs_recovery);
  EXPECT_FALSE(storage_->state(gun("a/c"))->needs_recovery);
  Batch lifted = whole(name, 1);
  lifted.needs_recovery = false;
  ASSERT_TRUE(storage_->publish(lifted));
  EXPECT_FALSE(storage_->state(name)->needs_recovery);
}

TEST_P(StorageConformance, FeedIsPagedBothWays) {
  using namespace conformance;
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(storage_->publish(whole(gun("a/b"), i, i)));
  ASSERT_TRUE(storage_->publish(whole(gun("a/c"), 1, 4)));
  ASSERT_TRUE(*storage_->remove(gun("a/b"), at(5)));
  const auto ids = [&](std::optional<Gun> name, std::int64_t after, std::int64_t records) {
    std::vector<std::int64_t> out;
    auto changes = storage_->changes(name, after, records);
    EXPECT_TRUE(changes);
    for (const Change& change : *changes) out.push_back(change.id);
    return out;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(ids({}, 0, 100), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(ids({}, 2, 2), ElementsAre(3, 4));
  EXPECT_THAT(ids({}, 5, 10), ElementsAre());
  EXPECT_THAT(ids({}, 0, -2), ElementsAre(4, 5));
  EXPECT_THAT(ids({}, 4, -2), ElementsAre(2, 3));
  EXPECT_THAT(ids({}, -1, 2), ElementsAre(4, 5));
  EXPECT_THAT(ids(gun("a/b"), 0, 100), ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(ids(gun("a/b"), 5, -1), ElementsAre(3));
  const auto all = *storage_->changes({}, 0, 100);
  EXPECT_EQ(all[0].category, "update");
  EXPECT_EQ(all[0].created, at(1));
  EXPECT_EQ(all[0].gun, "a/b");
  EXPECT_EQ(all[0].sha256, hex_encode(whole(gun("a/b"), 1).files[3].sha256));
  EXPECT_EQ(all[4].category, "deletion");
  EXPECT_EQ(all[4].version, 0);
  EXPECT_EQ(all[4].sha256, "");
}

TEST_P(StorageConformance, ListsAllVersionsOfOneGun) {
  using namespace conformance;
  ASSERT_TRUE(storage_->publish(whole(gun("a/b"), 2)));
  Batch both{
      gun("a/b"), at(1), {file("targets", 5, "{\"t\":5}"), file("targets", 3, "{\"o\":3}", Form::tuf1)}};
  ASSERT_TRUE(storage_->publish(both));
  ASSERT_TRUE(storage_->publish(whole(gun("a/bc"), 9)));
  std::vector<std::string> found;
  const auto versions = storage_->versions(gun("a/b"));
  ASSERT_TRUE(versions);
  for (const VersionName& name : *versions) {
    found.push_back(std::string(tuf::name_of(name.form)) + " " + name.role.str() + " " +
                    std::to_string(name.version));
  }
  EXPECT_THAT(found, ::testing::ElementsAre("notary root 2", "notary snapshot 2", "notary targets 2",
                                            "notary targets 5", "notary timestamp 2", "tuf1 targets 3"));
  EXPECT_TRUE(storage_->versions(gun("a"))->empty());
}

TEST_P(StorageConformance, RemembersDeletedAndMarkedGuns) {
  using namespace conformance;
  ASSERT_TRUE(storage_->publish(whole(gun("a/gone"), 1)));
  ASSERT_TRUE(*storage_->remove(gun("a/gone"), at(1)));
  ASSERT_TRUE(storage_->set_needs_recovery(gun("a/marked"), true));
  ASSERT_TRUE(storage_->allow_reset(gun("b")));
  EXPECT_THAT(*storage_->remembered("", 10),
              ::testing::ElementsAre(gun("a/gone"), gun("a/marked"), gun("b")));
  EXPECT_THAT(*storage_->remembered("a/gone", 1), ::testing::ElementsAre(gun("a/marked")));
}

TEST_P(StorageConformance, IsFilledAtOnceOrNotAtAll) {
  using namespace conformance;
  const Gun name = gun("a/b"), dead = gun("a/dead");
  const Batch content = whole(name, 3);
  const auto give = [&](bool commit) {
    auto filling = storage_->fill();
    ASSERT_TRUE(filling) << filling.error().what();
    for (const NewFile& one : content.files) {
      ASSERT_TRUE((*filling)->file(name, one.form, one.role, {one.version, one.bytes, one.sha256, at(7)}));
    }
    ASSERT_TRUE((*filling)->file(name, Form::tuf1, role("targets"), {8, "{}", crypto::sha256("{}"), at(8)}));
    ASSERT_TRUE((*filling)->state(name, {4, true, false}));
    Tombstone stone{at(5), {{{Form::notary, role("root")}, 2}, {{Form::notary, role("targets")}, 6}}, {}};
    stone.roots[Form::notary] = "{\"root\":2}";
    ASSERT_TRUE((*filling)->tombstone(dead, stone));
    ASSERT_TRUE((*filling)->change({41, at(7), "a/b", 3, hex_encode(content.files[3].sha256), "update"}));
    if (!commit) return;
    ASSERT_TRUE((*filling)->commit());
  };
  give(false);
  EXPECT_TRUE(storage_->guns("", 10)->empty());
  EXPECT_TRUE(storage_->remembered("", 10)->empty());
  give(true);
  EXPECT_EQ(must(storage_->current(name, Form::notary, role("targets")))->bytes, content.files[1].bytes);
  EXPECT_EQ(must(storage_->latest(name, Form::notary, role("root")))->created, at(7));
  EXPECT_EQ(must(storage_->latest(name, Form::tuf1, role("targets")))->version, 8);
  EXPECT_EQ(storage_->state(name)->epoch, 4);
  EXPECT_TRUE(storage_->state(name)->needs_recovery);
  const auto stone = *storage_->tombstone(dead);
  ASSERT_TRUE(stone);
  EXPECT_EQ(stone->versions.at({Form::notary, role("targets")}), 6);
  EXPECT_EQ(stone->roots.at(Form::notary), "{\"root\":2}");
  EXPECT_EQ(stone->deleted, at(5));
  EXPECT_EQ(storage_->changes({}, 0, 10)->at(0).id, 41);
  ASSERT_TRUE(storage_->publish(whole(gun("a/new"), 1)));
  EXPECT_GT(storage_->changes({}, 0, 10)->at(1).id, 41);
}

TEST_P(StorageConformance, OnlyAnEmptyStoreIsFilled) {
  using namespace conformance;
  ASSERT_TRUE(storage_->set_needs_recovery(gun("a/b"), false));
  const auto filling = storage_->fill();
  ASSERT_FALSE(filling);
  EXPECT_EQ(filling.error().code(), ErrorCode::already_exists);
}

// ---- pruning (bug 10 of notary-server: its tables grow for ever) -----------------------------------------

TEST_P(StorageConformance, PruneTakesWhatNobodyNeeds) {
  using namespace conformance;
  const Gun name = gun("a/b");
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(storage_->publish(whole(name, i, 10 * i)));
  // Version 3 was superseded by version 4, at 40.
  const PruneRules rules{.superseded_before = at(41), .keep_changes = 2};
  const auto counted = storage_->prune(rules, true);
  ASSERT_TRUE(counted) << counted.error().what();
  EXPECT_EQ(counted->files, 9);
  EXPECT_EQ(counted->changes, 3);
  EXPECT_TRUE(must(storage_->by_version(name, Form::notary, role("targets"), 1)))
      << "a dry run took something";
  EXPECT_EQ(storage_->changes({}, 0, 100)->size(), 5u);

  const auto done = storage_->prune(rules, false);
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_EQ(done->files, counted->files);
  EXPECT_EQ(done->bytes, counted->bytes);
  EXPECT_EQ(done->changes, counted->changes);
  std::int64_t bytes = 0;
  for (const char* which : {"targets", "snapshot", "timestamp"}) {
    for (const std::int64_t version : {1, 2, 3}) {
      EXPECT_FALSE(must(storage_->by_version(name, Form::notary, role(which), version))) << which << version;
    }
    EXPECT_TRUE(must(storage_->by_version(name, Form::notary, role(which), 4))) << which;
    EXPECT_EQ(must(storage_->current(name, Form::notary, role(which)))->version, 5) << which;
    for (int i = 1; i <= 3; ++i) {
      for (const NewFile& one : whole(name, i).files) {
        if (one.role == role(which)) bytes += static_cast<std::int64_t>(one.bytes.size());
      }
    }
  }
  EXPECT_EQ(done->bytes, bytes);
  for (const std::int64_t version : {1, 2, 3, 4, 5}) {
    EXPECT_TRUE(must(storage_->by_version(name, Form::notary, role("root"), version)))
        << "clients walk from root to root";
  }
  EXPECT_EQ(storage_->prune(rules, false)->files, 0);
  // The feed goes on where it was.
  ASSERT_TRUE(storage_->publish(whole(name, 6, 60)));
  EXPECT_EQ(storage_->changes({}, 0, 100)->front().id, 4);
  EXPECT_EQ(storage_->changes({}, 0, 100)->back().id, 6);
}

TEST_P(StorageConformance, PruneKeepsWhatTheNewestTimestampReaches) {
  using namespace conformance;
  const Gun name = gun("a/b"), other = gun("a/c");
  ASSERT_TRUE(storage_->publish(whole(name, 1)));
  // Uploaded ahead of a snapshot that names them: targets 1 is still what clients get.
  ASSERT_TRUE(
      storage_->publish({name, at(1), {file("targets", 2, "{\"t\":2}"), file("targets/a", 1, "{}")}}));
  ASSERT_TRUE(storage_->publish({name, at(2), {file("targets", 3, "{\"t\":3}")}}));
  ASSERT_TRUE(storage_->publish({other, at(0), {file("targets", 1, "{}"), file("targets", 2, "{ }")}}));
  const auto done = storage_->prune({.superseded_before = at(100), .keep_changes = 0}, false);
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_EQ(done->files, 2) << "targets 2 of a/b, targets 1 of a/c";
  EXPECT_EQ(must(storage_->current(name, Form::notary, role("targets")))->version, 1);
  EXPECT_EQ(must(storage_->latest(name, Form::notary, role("targets")))->version, 3);
  EXPECT_TRUE(must(storage_->latest(name, Form::notary, role("targets/a"))));
  EXPECT_FALSE(must(storage_->by_version(other, Form::notary, role("targets"), 1)));
}

TEST_P(StorageConformance, PruneOfTheOtherForm) {
  using namespace conformance;
  const Gun name = gun("a/b");
  const auto named_version = [](const char* which, int version) {
    return meta_file("\"" + std::string(which) + ".json\":{\"version\":" + std::to_string(version) + "}");
  };
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(storage_->publish({name,
                                   at(i),
                                   {file("root", i, "{}", Form::tuf1), file("targets", i, "{}", Form::tuf1),
                                    file("snapshot", i, named_version("targets", 1), Form::tuf1),
                                    file("timestamp", i, named_version("snapshot", i), Form::tuf1)}}));
  }
  const auto done = storage_->prune({.superseded_before = at(100)}, false);
  ASSERT_TRUE(done) << done.error().what();
  EXPECT_EQ(done->files, 5) << "timestamp and snapshot 1 and 2, targets 2";
  EXPECT_EQ(must(storage_->current(name, Form::tuf1, role("targets")))->version, 1);
  EXPECT_EQ(must(storage_->latest(name, Form::tuf1, role("targets")))->version, 3);
  EXPECT_TRUE(must(storage_->by_version(name, Form::tuf1, role("root"), 1)));
}

// Stored files are foreign bytes: what names nothing makes "nothing there", not a failure.
TEST_P(StorageConformance, HostileFilesNameNothing) {
  using namespace conformance;
  int version = 0;
  const Gun name = gun("a/b");
  for (const std::string& bytes :
       {std::string("{"), std::string("\xff\xfe\x00\x01", 4), std::string(), std::string(200, '['),
        std::string("{\"signed\":{\"meta\":{\"snapshot\":{\"hashes\":{\"sha256\":\"AAA=\"}}}}}"),
        std::string("'; DROP TABLE tuf_files; --")}) {
    ++version;
    ASSERT_TRUE(storage_->publish(
        {name, at(0), {file("snapshot", version, bytes), file("timestamp", version, bytes)}}));
    EXPECT_EQ(must(storage_->current(name, Form::notary, role("timestamp")))->bytes, bytes);
    EXPECT_FALSE(must(storage_->current(name, Form::notary, role("snapshot"))));
    EXPECT_FALSE(must(storage_->current(name, Form::notary, role("targets"))));
  }
  EXPECT_FALSE(must(storage_->by_version(name, Form::notary, role("root"), INT64_MAX)));
}

// Bugs 9 and 19: publishers at the same moment get success or conflict, never anything else, and what was
// acknowledged is there.
TEST_P(StorageConformance, PublishersAtOnceGetSuccessOrConflict) {
  using namespace conformance;
  const Gun name = gun("a/b");
  std::atomic<int> stored{0}, conflicts{0}, others{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::int64_t version = 1; version <= 20; ++version) {
        Batch batch = whole(name, version);
        batch.basis = {{Form::notary, role("snapshot"), version - 1}};
        const auto done = storage_->publish(batch);
        if (done)
          ++stored;
        else if (done.error().code() == ErrorCode::conflict)
          ++conflicts;
        else
          ++others;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(others, 0);
  EXPECT_EQ(stored + conflicts, 80);
  EXPECT_GE(stored, 1);
  const auto newest = must(storage_->latest(name, Form::notary, role("snapshot")));
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->version, stored);
}

}  // namespace boltseal::server
