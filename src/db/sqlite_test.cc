#include "db/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "db/sqlite_pool.h"

namespace boltseal::db {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "boltseal-db-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/t.db"; }
  std::unique_ptr<Sqlite> open(SqliteOptions options = {}) {
    auto connection = Sqlite::open(path(), options);
    EXPECT_TRUE(connection) << connection.error().what();
    return std::move(*connection);
  }
  std::string folder_;
};

std::string pragma(Sqlite& db, const std::string& name) {
  auto query = db.query("PRAGMA " + name);
  EXPECT_TRUE(query && *query->step());
  return query->text(0);
}

TEST_F(SqliteTest, SettingsOfEveryConnection) {
  auto db = open();
  EXPECT_EQ(pragma(*db, "journal_mode"), "wal");
  EXPECT_EQ(pragma(*db, "synchronous"), "2");
  EXPECT_EQ(pragma(*db, "foreign_keys"), "1");
  EXPECT_EQ(pragma(*db, "trusted_schema"), "0");
}

TEST_F(SqliteTest, FilesAreForTheOwnerAlone) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(a)"));
  for (const char* end : {"", "-wal", "-shm"}) {
    struct stat info{};
    ASSERT_EQ(::stat((path() + end).c_str(), &info), 0) << end;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << end;
  }
}

TEST_F(SqliteTest, ValuesComeBackAsTheyWent) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(i INTEGER, s TEXT, b BLOB, n TEXT)"));
  const std::string blob("\0\xff\n", 3);
  ASSERT_TRUE(db->query("INSERT INTO t VALUES(?,?,?,?)")
                  ->bind(1, std::int64_t{-7})
                  .bind(2, "")
                  .bind_blob(3, blob)
                  .bind_null(4)
                  .run());
  auto query = db->query("SELECT i, s, b, n FROM t");
  ASSERT_TRUE(*query->step());
  EXPECT_EQ(query->integer(0), -7);
  EXPECT_EQ(query->text(1), "");
  EXPECT_FALSE(query->is_null(1));
  EXPECT_EQ(query->text(2), blob);
  EXPECT_TRUE(query->is_null(3));
  EXPECT_FALSE(*query->step());
}

TEST_F(SqliteTest, StatementIsReusedAndMayBeNested) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(1),(2)"));
  auto outer = db->query("SELECT a FROM t ORDER BY a");
  ASSERT_TRUE(*outer->step());
  auto inner = db->query("SELECT a FROM t ORDER BY a");
  ASSERT_TRUE(*inner->step());
  EXPECT_EQ(inner->integer(0), 1);
  ASSERT_TRUE(*outer->step());
  EXPECT_EQ(outer->integer(0), 2);
}

TEST_F(SqliteTest, ConstraintIsConflict) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(a TEXT PRIMARY KEY); INSERT INTO t VALUES('x')"));
  auto again = db->query("INSERT INTO t VALUES(?)")->bind(1, "x").run();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
}

TEST_F(SqliteTest, FullDiskHasItsOwnCode) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(a BLOB); PRAGMA max_page_count=4"));
  auto filled = db->query("INSERT INTO t VALUES(?)")->bind_blob(1, std::string(100'000, 'x')).run();
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().code(), ErrorCode::disk_full);
}

TEST_F(SqliteTest, SecondWriterGetsLocked) {
  auto first = open();
  auto second = open({.busy_timeout_ms = 10});
  auto held = SqliteTransaction::begin(*first);
  ASSERT_TRUE(held);
  auto refused = SqliteTransaction::begin(*second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::locked);
}

TEST_F(SqliteTest, TransactionIsUndoneUnlessCommitted) {
  auto db = open();
  ASSERT_TRUE(db->execute("CREATE TABLE t(a INTEGER)"));
  {
    auto transaction = SqliteTransaction::begin(*db);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(db->execute("INSERT INTO t VALUES(1)"));
  }
  {
    auto transaction = SqliteTransaction::begin(*db);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(db->execute("INSERT INTO t VALUES(2)"));
    ASSERT_TRUE(transaction->commit());
  }
  auto query = db->query("SELECT group_concat(a) FROM t");
  ASSERT_TRUE(*query->step());
  EXPECT_EQ(query->text(0), "2");
}

TEST_F(SqliteTest, MissingFileIsNotMadeWhenForbidden) {
  auto db = Sqlite::open(path(), {.create = false});
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code(), ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqliteTest, BrokenFileIsStorageFailed) {
  {
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path().c_str(), "w"), &std::fclose);
    std::fputs("this is no database, whatever its name says; it is long enough to be read as one",
               file.get());
  }
  auto db = Sqlite::open(path());
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code(), ErrorCode::storage_failed);
}

TEST_F(SqliteTest, OwnFunctionInSql) {
  auto db = open();
  ASSERT_TRUE(db->define("joined", [](std::string_view a, std::string_view b) -> std::optional<std::string> {
    if (b.empty()) return std::nullopt;
    return std::string(a) + "+" + std::string(b);
  }));
  auto query = db->query("SELECT joined('a','b'), joined('a','')");
  ASSERT_TRUE(*query->step());
  EXPECT_EQ(query->text(0), "a+b");
  EXPECT_TRUE(query->is_null(1));
}

TEST_F(SqliteTest, PoolLendsAtMostItsSize) {
  SqlitePool pool(path(), {.size = 1, .wait_ms = 20, .connection = {}, .prepare = {}});
  {
    auto first = pool.acquire();
    ASSERT_TRUE(first);
    auto second = pool.acquire();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::locked);
  }
  EXPECT_TRUE(pool.acquire());
}

TEST_F(SqliteTest, PoolPlaceIsFreeAgainAfterAFailedOpening) {
  SqlitePool pool(folder_ + "/none/t.db", {.size = 1, .wait_ms = 20, .connection = {}, .prepare = {}});
  for (int i = 0; i < 2; ++i) {
    auto lease = pool.acquire();
    ASSERT_FALSE(lease);
    EXPECT_EQ(lease.error().code(), ErrorCode::io_error);
  }
}

}  // namespace
}  // namespace boltseal::db
