// What every db::Session must do, and the pool over it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/conformance/servers.h"

namespace boltseal::database_servers {
namespace {

using namespace std::chrono_literals;
using db::Blob;
using db::Value;

class SessionConformance : public ::testing::TestWithParam<DatabaseServer> {
 protected:
  void SetUp() override {
    connect_ = GetParam().fresh(false, 20s);
    session_ = open(connect_);
    ASSERT_TRUE(session_);
    make("CREATE TABLE t(id integer PRIMARY KEY, name varchar(255), data " + GetParam().blob_type + ")");
  }
  static std::unique_ptr<db::Session> open(const db::Connect& connect) {
    auto opened = connect();
    EXPECT_TRUE(opened) << opened.error().what();
    return opened ? *std::move(opened) : nullptr;
  }
  void make(const std::string& script) {
    const auto done = session_->execute(script);
    ASSERT_TRUE(done) << done.error().what();
  }
  static ErrorCode code_of(const Result<db::Rows>& answer) {
    EXPECT_FALSE(answer);
    return answer ? ErrorCode::internal : answer.error().code();
  }
  Result<db::Rows> insert(db::Session& session, std::int64_t id, std::string_view name = "n") {
    return session.run("INSERT INTO t(id,name) VALUES(?,?)", {id, name});
  }
  std::int64_t count() { return session_->run("SELECT COUNT(*) FROM t")->integer(0, 0); }

  db::Connect connect_;
  std::unique_ptr<db::Session> session_;
};

TEST_P(SessionConformance, ValuesComeBackAsTheyWere) {
  std::string every;
  for (int i = 0; i < (1 << 20); ++i) every += static_cast<char>(i * 31 + i / 256);
  const std::string quoted = "o'r \"é\" \\ $1 %s -- /* ; ?";
  const auto added = session_->run("INSERT INTO t(id,name,data) VALUES(?,?,?)",
                                   {std::int64_t{-7}, std::string_view(quoted), Blob{every}});
  ASSERT_TRUE(added) << added.error().what();
  EXPECT_EQ(added->changed(), 1);
  ASSERT_TRUE(
      session_->run("INSERT INTO t(id,name,data) VALUES(?,?,?)", {std::int64_t{1}, Value(), Value()}));
  ASSERT_TRUE(session_->run("INSERT INTO t(id,name,data) VALUES(?,?,?)",
                            {std::int64_t{2}, std::string_view(), Blob{std::string_view()}}));
  auto rows = *session_->run("SELECT id,name,data FROM t ORDER BY id");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows.integer(0, 0), -7);
  EXPECT_EQ(rows.text(0, 1), quoted);
  EXPECT_TRUE(rows.take(0, 2) == every);
  EXPECT_TRUE(rows.is_null(1, 1) && rows.is_null(1, 2));
  EXPECT_EQ(rows.take(1, 1), "");
  EXPECT_FALSE(rows.is_null(2, 1) || rows.is_null(2, 2));
  EXPECT_EQ(rows.text(2, 2), "");
  EXPECT_EQ(session_->run("DELETE FROM t WHERE id>?", {std::int64_t{0}})->changed(), 2);
}

TEST_P(SessionConformance, HostileTextsAreValuesOrErrors) {
  const std::string_view zero("a\0b", 3);
  const auto stored = insert(*session_, 1, zero);
  if (stored) {
    EXPECT_EQ(session_->run("SELECT name FROM t")->text(0, 0), zero) << "a text was cut at its zero byte";
    ASSERT_TRUE(session_->run("DELETE FROM t"));
  } else {
    EXPECT_EQ(code_of(stored), ErrorCode::storage_failed);
  }
  EXPECT_FALSE(insert(*session_, 2, "\xff\xfe"));
  EXPECT_FALSE(insert(*session_, 3, std::string(300, 'x')));
  EXPECT_TRUE(insert(*session_, 4, "'); DROP TABLE t; --"));
  EXPECT_EQ(count(), 1);
  EXPECT_TRUE(session_->usable());
}

TEST_P(SessionConformance, ErrorsNameTheStatementAndNoValue) {
  for (const std::string_view name : {std::string_view("s3cret"), std::string_view("\xff"
                                                                                   "s3cret")}) {
    static_cast<void>(insert(*session_, 1, name));
    const auto again = insert(*session_, 1, name);
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().what(), ::testing::HasSubstr("INSERT INTO t"));
    EXPECT_THAT(again.error().what(), ::testing::Not(::testing::HasSubstr("s3cret")));
  }
}

TEST_P(SessionConformance, TakenKeyIsConflict) {
  ASSERT_TRUE(insert(*session_, 1));
  EXPECT_EQ(code_of(insert(*session_, 1)), ErrorCode::conflict);
  EXPECT_TRUE(insert(*session_, 2));
}

TEST_P(SessionConformance, MissingTableIsNotFound) {
  EXPECT_EQ(code_of(session_->run("SELECT 1 FROM nowhere")), ErrorCode::not_found);
  EXPECT_EQ(code_of(session_->run("SELECT FROM WHERE")), ErrorCode::storage_failed);
  EXPECT_TRUE(session_->usable());
}

TEST_P(SessionConformance, TransactionsAreAllOrNothing) {
  {
    auto transaction = db::Transaction::begin(*session_);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(insert(*session_, 1));
  }
  EXPECT_EQ(count(), 0);
  {
    auto transaction = db::Transaction::begin(*session_);
    ASSERT_TRUE(insert(*session_, 1));
    ASSERT_FALSE(insert(*session_, 1));
  }
  EXPECT_EQ(count(), 0);
  auto transaction = db::Transaction::begin(*session_);
  ASSERT_TRUE(insert(*session_, 1));
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(open(connect_)->run("SELECT COUNT(*) FROM t")->integer(0, 0), 1);
}

TEST_P(SessionConformance, DeadlockIsConflict) {
  ASSERT_TRUE(insert(*session_, 1) && insert(*session_, 2));
  std::atomic<int> ready{0}, conflicts{0}, others{0}, committed{0};
  const auto take = [&](std::int64_t first, std::int64_t second) {
    const auto session = open(connect_);
    auto transaction = db::Transaction::begin(*session);
    const auto touch = [&](std::int64_t id) {
      return session->run("UPDATE t SET name=? WHERE id=?", {std::string_view("x"), id});
    };
    EXPECT_TRUE(touch(first));
    for (++ready; ready < 2;) std::this_thread::yield();
    const auto done = touch(second);
    if (done && transaction->commit())
      ++committed;
    else if (!done && done.error().code() == ErrorCode::conflict)
      ++conflicts;
    else
      ++others;
  };
  std::thread one(take, 1, 2), two(take, 2, 1);
  one.join();
  two.join();
  EXPECT_EQ(others, 0);
  EXPECT_EQ(conflicts, 1);
  EXPECT_EQ(committed, 1);
}

TEST_P(SessionConformance, ServersDeadlineLeavesTheSessionUsable) {
  const auto hasty = open(GetParam().fresh(false, 200ms));
  EXPECT_EQ(code_of(hasty->run(GetParam().sleep)), ErrorCode::timed_out);
  EXPECT_TRUE(hasty->usable());
  EXPECT_TRUE(hasty->run("SELECT 1"));
}

TEST_P(SessionConformance, OwnDeadlineThrowsTheSessionAway) {
  const auto hasty = open(GetParam().fresh(false, 200ms));
  ASSERT_TRUE(hasty->execute(GetParam().without_deadline));
  EXPECT_EQ(code_of(hasty->run(GetParam().sleep)), ErrorCode::timed_out);
  EXPECT_FALSE(hasty->usable());
  EXPECT_FALSE(hasty->run("SELECT 1"));
}

TEST_P(SessionConformance, LostConnectionIsUnreachable) {
  const auto victim = open(connect_);
  const std::int64_t id = victim->run(GetParam().session_id)->integer(0, 0);
  std::thread killer([&] {
    const auto killed = session_->run(GetParam().kill_session, {id});
    EXPECT_TRUE(killed) << killed.error().what();
  });
  EXPECT_EQ(code_of(victim->run(GetParam().sleep)), ErrorCode::unreachable);
  killer.join();
  EXPECT_FALSE(victim->usable());
  EXPECT_EQ(code_of(victim->run("SELECT 1")), ErrorCode::unreachable);
}

TEST_P(SessionConformance, PoolReplacesWhatWasLostWhileIdle) {
  db::Pool pool(connect_, {.size = 2, .wait = 100ms});
  std::vector<std::int64_t> ids;
  {
    auto one = pool.acquire(), two = pool.acquire();
    ASSERT_TRUE(one && two);
    ids = {(*one)->run(GetParam().session_id)->integer(0, 0),
           (*two)->run(GetParam().session_id)->integer(0, 0)};
    EXPECT_EQ(pool.acquire().error().code(), ErrorCode::locked);
  }
  EXPECT_THAT(ids, ::testing::Contains((*pool.acquire())->run(GetParam().session_id)->integer(0, 0)))
      << "sessions are kept";
  for (const std::int64_t id : ids) ASSERT_TRUE(session_->run(GetParam().kill_session, {id}));
  // The notice of the end takes a moment to arrive.
  for (int i = 0; i < 2; ++i) {
    auto lease = pool.acquire();
    ASSERT_TRUE(lease);
    while ((*lease)->usable() && (*lease)->run("SELECT 1")) {
      const std::int64_t id = (*lease)->run(GetParam().session_id)->integer(0, 0);
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) break;
    }
  }
  auto one = pool.acquire(), two = pool.acquire();
  ASSERT_TRUE(one && two);
  EXPECT_TRUE((*one)->run("SELECT 1") && (*two)->run("SELECT 1"));
}

INSTANTIATE_TEST_SUITE_P(Sql, SessionConformance, ::testing::ValuesIn(all_servers()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace boltseal::database_servers
