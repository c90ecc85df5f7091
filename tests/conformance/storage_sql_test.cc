// The suite of every storage on SQL servers: on an empty database, and on one that notary-server's migrations
// made.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/storage/sql_storage.h"
#include "tests/conformance/servers.h"
#include "tests/support/storage_conformance.h"

namespace boltseal::server {
namespace {

using namespace std::chrono_literals;
using database_servers::DatabaseServer;

std::shared_ptr<Storage> storage_on(const db::Connect& connect) {
  auto storage = make_sql_storage({.connect = connect, .pool = {}});
  EXPECT_TRUE(storage) << storage.error().what();
  return storage ? std::shared_ptr<Storage>(*std::move(storage)) : nullptr;
}

std::vector<StorageCase> storage_cases() {
  std::vector<StorageCase> out;
  for (const DatabaseServer& server : database_servers::all_servers()) {
    out.push_back({server.name + "_empty", [server] { return storage_on(server.fresh(false, 20s)); }});
    out.push_back({server.name + "_notary", [server] { return storage_on(server.fresh(true, 20s)); },
                   server.folds_names});
  }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Sql, StorageConformance, ::testing::ValuesIn(storage_cases()),
                         [](const auto& test) { return test.param.name; });

class SqlStorage : public ::testing::TestWithParam<DatabaseServer> {
 protected:
  void SetUp() override {
    connect_ = GetParam().fresh(true, 20s);
    storage_ = storage_on(connect_);
    session_ = *connect_();
    ASSERT_TRUE(storage_);
  }
  std::string cell(const std::string& sql) {
    auto rows = session_->run(sql);
    EXPECT_TRUE(rows) << rows.error().what();
    return rows && !rows->empty() ? rows->take(0, 0) : "";
  }
  db::Connect connect_;
  std::shared_ptr<Storage> storage_;
  std::unique_ptr<db::Session> session_;
};

TEST_P(SqlStorage, WritesRowsAsNotaryServerDoes) {
  using namespace conformance;
  const Batch batch = whole(gun("a/b"), 1);
  ASSERT_TRUE(storage_->publish(batch));
  EXPECT_EQ(cell("SELECT created_at FROM tuf_files").substr(0, 19), "2027-01-15 08:00:00");
  EXPECT_EQ(cell("SELECT COUNT(*) FROM tuf_files WHERE updated_at=created_at AND deleted_at IS NULL"), "4");
  EXPECT_EQ(cell("SELECT sha256 FROM tuf_files WHERE role='root'"), hex_encode(batch.files[0].sha256));
  const auto roles = *session_->run("SELECT role FROM tuf_files ORDER BY id");
  ASSERT_EQ(roles.size(), 4u);
  EXPECT_EQ(roles.text(0, 0), "root");
  EXPECT_EQ(roles.text(1, 0), "targets");
  EXPECT_EQ(roles.text(2, 0), "snapshot");
  EXPECT_EQ(roles.text(3, 0), "timestamp");
  EXPECT_EQ(cell("SELECT COUNT(*) FROM changefeed WHERE category='update' AND version=1"), "1");
}

TEST_P(SqlStorage, SecondReplicaSeesAllAndMakesNothingTwice) {
  using namespace conformance;
  const auto other = storage_on(connect_);
  ASSERT_TRUE(storage_->publish(whole(gun("a/b"), 1)));
  EXPECT_EQ((*other->current(gun("a/b"), Form::notary, role("targets")))->version, 1);
  EXPECT_EQ(cell("SELECT COUNT(*) FROM change_category"), "2");
}

TEST_P(SqlStorage, ReplicasMayStartAtOnce) {
  const auto connect = GetParam().fresh(false, 20s);
  std::atomic<int> started{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      if (storage_on(connect)) ++started;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(started, 4);
}

TEST_P(SqlStorage, SchemaOfANewerProgramIsRefused) {
  ASSERT_TRUE(session_->execute("UPDATE boltseal_meta SET value='99'"));
  const auto refused = make_sql_storage({.connect = connect_, .pool = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::storage_failed);
  EXPECT_NE(refused.error().what().find("99"), std::string::npos);
}

TEST_P(SqlStorage, HalfOfNotarysTablesIsRefused) {
  const auto connect = GetParam().fresh(true, 20s);
  ASSERT_TRUE((*connect())->execute("DROP TABLE changefeed"));
  const auto refused = make_sql_storage({.connect = connect, .pool = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::storage_failed);
}

TEST_P(SqlStorage, VersionThatDoesNotFitNotarysColumnIsRefused) {
  using namespace conformance;
  const std::int64_t large = 3'000'000'000;
  const auto refused = storage_->publish({gun("a/b"), at(0), {file("targets", large, "{}")}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
  EXPECT_TRUE(storage_->publish({gun("a/b"), at(0), {file("targets", large, "{}", Form::tuf1)}}));
  EXPECT_EQ((*storage_->latest(gun("a/b"), Form::tuf1, role("targets")))->version, large);
}

TEST_P(SqlStorage, RowsThatNobodyCanAskForAreLeftOut) {
  using namespace conformance;
  ASSERT_TRUE(storage_->publish({gun("a/b"), at(0), {file("targets", 1, "{}")}}));
  ASSERT_TRUE(session_->execute(
      "INSERT INTO tuf_files(gun,role,version,data,sha256) VALUES('a//b','targets',1,'x',''),"
      "('a/a','Targets',1,'x',''),('zz','targets',1,'x','" +
      std::string(64, 'a') + "')"));
  EXPECT_EQ(storage_->guns("", 2)->size(), 2u);
  EXPECT_EQ(storage_->heads(std::nullopt)->size(), 2u);
  const auto undated = storage_->latest(gun("zz"), Form::notary, role("targets"));
  ASSERT_TRUE(undated && *undated);
  EXPECT_EQ((*undated)->created, Time{});
}

TEST_P(SqlStorage, LostConnectionsAreReplaced) {
  using namespace conformance;
  ASSERT_TRUE(storage_->publish(whole(gun("a/b"), 1)));
  std::atomic<std::int64_t> begun{1}, killed{1};
  std::atomic<int> failures{0};
  // Ends every other session of the server once in each round, at any moment of it.
  constexpr std::int64_t kRounds = 20;
  const auto reach = [](std::atomic<std::int64_t>& count, std::int64_t wanted) {
    for (std::int64_t seen = count; seen < wanted; seen = count) count.wait(seen);
  };
  std::thread killer([&] {
    const auto session = *connect_();
    for (std::int64_t round = 2; round <= kRounds; ++round) {
      reach(begun, round);
      const auto ended = session->run(GetParam().kill_others);
      EXPECT_TRUE(ended) << ended.error().what();
      ++killed;
      killed.notify_one();
    }
  });
  std::int64_t stored = 1;
  for (std::int64_t version = 2; version <= kRounds; ++version) {
    ++begun;
    begun.notify_one();
    const auto done = storage_->publish(whole(gun("a/b"), version));
    if (!done && done.error().code() != ErrorCode::unreachable) ++failures;
    const auto newest = storage_->latest(gun("a/b"), Form::notary, role("timestamp"));
    reach(killed, version);
    if (!newest) {
      if (newest.error().code() != ErrorCode::unreachable) ++failures;
      continue;
    }
    EXPECT_TRUE(!done || (*newest)->version >= version) << "an acknowledged publish is gone";
    stored = std::max(stored, (*newest)->version);
  }
  killer.join();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(stored, 1);
  ASSERT_TRUE(storage_->publish(whole(gun("a/b"), kRounds + 1)));
  for (const char* which : {"root", "targets", "snapshot"}) {
    EXPECT_EQ((*storage_->current(gun("a/b"), Form::notary, role(which)))->version, kRounds + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Sql, SqlStorage, ::testing::ValuesIn(database_servers::all_servers()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace boltseal::server
