#include "server/storage/sqlite_schema.h"

#include <fmt/core.h>

#include "base/encoding.h"
#include "server/storage/named.h"

namespace boltseal::server {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

// The first three as notary-server's own, with the column names of its migrations; data and times are
// written as its SQLite driver does ("2026-11-24 06:48:16.15175+00:00").
constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS tuf_files(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TIMESTAMP, updated_at TIMESTAMP, deleted_at TIMESTAMP,
  gun VARCHAR(255) NOT NULL, role VARCHAR(255) NOT NULL, version INTEGER NOT NULL,
  data BLOB NOT NULL, sha256 CHAR(64),
  UNIQUE(gun, role, version));
CREATE INDEX IF NOT EXISTS tuf_files_sha256_idx ON tuf_files(sha256);
CREATE TABLE IF NOT EXISTS change_category(category VARCHAR(20) PRIMARY KEY);
INSERT OR IGNORE INTO change_category VALUES('update'), ('deletion');
CREATE TABLE IF NOT EXISTS changefeed(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  gun VARCHAR(255) NOT NULL, version INTEGER NOT NULL, sha256 CHAR(64),
  category VARCHAR(20) NOT NULL DEFAULT 'update' REFERENCES change_category(category));
CREATE INDEX IF NOT EXISTS idx_changefeed_gun ON changefeed(gun);
CREATE TABLE IF NOT EXISTS boltseal_files(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TIMESTAMP, updated_at TIMESTAMP, deleted_at TIMESTAMP,
  gun VARCHAR(255) NOT NULL, form VARCHAR(16) NOT NULL, role VARCHAR(255) NOT NULL, version INTEGER NOT NULL,
  data BLOB NOT NULL, sha256 CHAR(64),
  UNIQUE(gun, form, role, version));
CREATE INDEX IF NOT EXISTS boltseal_files_sha256_idx ON boltseal_files(sha256);
CREATE TABLE IF NOT EXISTS boltseal_guns(
  gun VARCHAR(255) PRIMARY KEY, epoch INTEGER NOT NULL DEFAULT 1,
  needs_recovery INTEGER NOT NULL DEFAULT 0, reset_allowed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS boltseal_tombstones(
  gun VARCHAR(255) NOT NULL, form VARCHAR(16) NOT NULL, role VARCHAR(255) NOT NULL,
  version INTEGER NOT NULL, root BLOB, deleted_at TIMESTAMP NOT NULL,
  PRIMARY KEY(gun, form, role));
CREATE TABLE IF NOT EXISTS boltseal_meta(name VARCHAR(64) PRIMARY KEY, value VARCHAR(255) NOT NULL);
INSERT OR IGNORE INTO boltseal_meta VALUES('schema', '1');
)sql";

}  // namespace

Result<void> create_schema(db::Sqlite& connection) {
  auto transaction = BS_TRY(db::SqliteTransaction::begin(connection));
  BS_TRY(connection.execute(kTables));
  {
    auto query =
        BS_TRY(connection.query("SELECT CAST(value AS INTEGER) FROM boltseal_meta WHERE name='schema'"));
    const bool found = BS_TRY(query.step());
    if (!found || query.integer(0) > kSchemaVersion) {
      return fail(ErrorCode::storage_failed,
                  fmt::format("the database has schema {}, this program knows {}",
                              found ? query.integer(0) : 0, kSchemaVersion),
                  "start the newer boltseald that made it");
    }
  }
  return transaction.commit();
}

Result<void> define_functions(db::Sqlite& connection) {
  BS_TRY(connection.define("boltseal_named_hash",
                           [](std::string_view file, std::string_view role) -> std::optional<std::string> {
                             const auto hash = named_hash(file, role);
                             if (!hash) return std::nullopt;
                             return hex_encode(*hash);
                           }));
  return connection.define("boltseal_named_version",
                           [](std::string_view file, std::string_view role) -> std::optional<std::string> {
                             const auto version = named_version(file, role);
                             if (!version) return std::nullopt;
                             return std::to_string(*version);
                           });
}

}  // namespace boltseal::server
