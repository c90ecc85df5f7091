#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "db/sqlite.h"
#include "server/storage/memory_storage.h"
#include "server/storage/named.h"
#include "server/storage/sql_values.h"
#include "server/storage/sqlite_queries.h"
#include "server/storage/sqlite_storage.h"
#include "tests/support/storage_conformance.h"

namespace boltseal::server {
namespace {

/// A folder of its own that goes with the last user.
std::shared_ptr<std::string> temporary_folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "boltseal-storage-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  return {new std::string(pattern), [](std::string* path) {
            std::filesystem::remove_all(*path);
            delete path;
          }};
}

std::shared_ptr<Storage> sqlite_in(const std::shared_ptr<std::string>& folder) {
  auto storage = make_sqlite_storage({.path = *folder + "/server.db"});
  EXPECT_TRUE(storage) << storage.error().what();
  return {storage->release(), [folder](Storage* raw) { delete raw; }};
}

INSTANTIATE_TEST_SUITE_P(
    All, StorageConformance,
    ::testing::Values(StorageCase{"memory", [] { return std::shared_ptr<Storage>(make_memory_storage()); }},
                      StorageCase{"sqlite", [] { return sqlite_in(temporary_folder()); }}),
    [](const auto& test) { return test.param.name; });

TEST(SqliteStorage, IsThereAfterReopening) {
  const auto folder = temporary_folder();
  const Gun name = conformance::gun("a/b");
  ASSERT_TRUE(sqlite_in(folder)->publish(conformance::whole(name, 1)));
  const auto again = sqlite_in(folder)->current(name, Form::notary, RoleName::targets());
  ASSERT_TRUE(again && *again);
  EXPECT_EQ((*again)->version, 1);
}

TEST(SqliteStorage, WritesRowsAsNotaryServerDoes) {
  const auto folder = temporary_folder();
  ASSERT_TRUE(sqlite_in(folder)->publish(conformance::whole(conformance::gun("a/b"), 1)));
  auto db = *db::Sqlite::open(*folder + "/server.db");
  auto query = db->query(
      "SELECT created_at, updated_at=created_at, deleted_at IS NULL, gun, version, length(sha256), "
      "(SELECT group_concat(role) FROM (SELECT role FROM tuf_files ORDER BY id)) FROM tuf_files LIMIT 1");
  ASSERT_TRUE(query && *query->step());
  EXPECT_EQ(query->text(0), "2027-01-15 08:00:00+00:00");
  EXPECT_EQ(query->integer(1), 1);
  EXPECT_EQ(query->integer(2), 1);
  EXPECT_EQ(query->text(3), "a/b");
  EXPECT_EQ(query->integer(5), 64);
  EXPECT_EQ(query->text(6), "root,targets,snapshot,timestamp");
}

TEST(SqliteStorage, CurrentRoleIsOneIndexedQuery) {
  const auto folder = temporary_folder();
  const auto storage = sqlite_in(folder);
  auto db = *db::Sqlite::open(*folder + "/server.db");
  ASSERT_TRUE(db->define("boltseal_named_hash", [](auto, auto) { return std::nullopt; }));
  auto plan = db->query("EXPLAIN QUERY PLAN " + sql::table(Form::notary).current_role);
  ASSERT_TRUE(plan) << plan.error().what();
  plan->bind(1, "a/b").bind(2, "targets");
  std::string text;
  while (*plan->step()) text += plan->text(3) + "\n";
  EXPECT_EQ(text.find("SCAN tuf_files"), std::string::npos) << text;
  EXPECT_NE(text.find("SEARCH r USING INDEX tuf_files_sha256_idx"), std::string::npos) << text;
}

TEST(SqliteStorage, SchemaOfANewerProgramIsRefused) {
  const auto folder = temporary_folder();
  sqlite_in(folder);
  ASSERT_TRUE((*db::Sqlite::open(*folder + "/server.db"))->execute("UPDATE boltseal_meta SET value='99'"));
  auto refused = make_sqlite_storage({.path = *folder + "/server.db"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::storage_failed);
}

TEST(SqlTime, ReadsWhatItWritesAndWhatOthersWrite) {
  const Time t = *parse_rfc3339("2026-11-24T06:48:16.15175Z");
  EXPECT_EQ(sql::format_time(t), "2026-11-24 06:48:16.15175+00:00");
  EXPECT_EQ(*sql::parse_time("2026-11-24 06:48:16.15175+00:00"), t);
  EXPECT_EQ(*sql::parse_time("2026-11-24 06:48:16"), *parse_rfc3339("2026-11-24T06:48:16Z"));
  EXPECT_EQ(*sql::parse_time("2026-11-24 06:48:16.15175"), t);
  EXPECT_EQ(*sql::parse_time("2026-11-24 07:48:16.15175+01:00"), t);
  for (const char* text : {"yesterday", "", "infinity", "2026-11-24"})
    EXPECT_FALSE(sql::parse_time(text)) << text;
}

TEST(SqlTime, IsCutToWhatTheColumnHolds) {
  const Time t = *parse_rfc3339("2026-11-24T06:48:16.999999999Z");
  EXPECT_EQ(sql::format_time(t, 6), "2026-11-24 06:48:16.999999");
  EXPECT_EQ(sql::format_time(t, 0), "2026-11-24 06:48:16");
  EXPECT_EQ(sql::format_time(*parse_rfc3339("2026-11-24T06:48:16Z"), 6), "2026-11-24 06:48:16");
}

TEST(SqlHash, MayBePaddedWithBlanks) {
  const std::string hex(64, 'a');
  EXPECT_TRUE(sql::parse_hash(hex + "  "));
  EXPECT_FALSE(sql::parse_hash("a" + hex));
  EXPECT_FALSE(sql::parse_hash(std::string(64, ' ')));
  EXPECT_EQ(sql::without_blanks(std::string(64, ' ')), "");
}

TEST(Named, MalformedFilesNameNothing) {
  for (const char* text : {"", "[]", "{}", R"({"signed":{"meta":{"targets":{"hashes":{"sha256":"AAA="}}}}})",
                           R"({"signed":{"meta":{"targets":[]}}})"}) {
    EXPECT_FALSE(named_hash(text, "targets")) << text;
    EXPECT_FALSE(named_version(text, "targets")) << text;
  }
  EXPECT_FALSE(
      named_version(R"({"signed":{"meta":{"a.json":{"version":1,"x-boltseal-removed":true}}}})", "a"));
  EXPECT_EQ(named_version(R"({"signed":{"meta":{"a.json":{"version":3}}}})", "a"), 3);
}

}  // namespace
}  // namespace boltseal::server
