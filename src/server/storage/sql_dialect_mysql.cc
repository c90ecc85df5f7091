// MySQL and MariaDB. notary-server's tables compare names as their collation does, which by default takes
// names that differ in case, accents or blanks at the end as equal, in the unique key (gun, role, version)
// too. So every comparison is made twice: once as the index has it, once over the bytes; and the first file
// of a name whose twin is there is refused (Dialect::twin), since a notary-server on these tables would serve
// one for the other. The names in our own tables are bytes.
#include <fmt/core.h>

#include "server/storage/sql_dialect.h"

namespace boltseal::server::sql {
namespace {

// Each statement of the schema ends the transaction, so a crash may come between two: tuf_files is made last,
// and all can be made again. Names of notary-server's shape that compare bytes.
constexpr std::string_view kNotaryTables = R"sql(
CREATE TABLE IF NOT EXISTS change_category(category varchar(20) NOT NULL PRIMARY KEY)
  ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
INSERT IGNORE INTO change_category VALUES('update'), ('deletion');
CREATE TABLE IF NOT EXISTS changefeed(
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY, created_at timestamp DEFAULT CURRENT_TIMESTAMP,
  gun varchar(255) NOT NULL, version int NOT NULL, sha256 char(64) DEFAULT NULL,
  category varchar(20) NOT NULL DEFAULT 'update', FOREIGN KEY(category) REFERENCES change_category(category),
  KEY idx_changefeed_gun(gun)) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
CREATE TABLE IF NOT EXISTS schema_migrations(version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)
  ENGINE=InnoDB;
INSERT IGNORE INTO schema_migrations VALUES(5, false);
CREATE TABLE tuf_files(
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY, created_at timestamp NULL DEFAULT NULL,
  updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
  gun varchar(255) NOT NULL, role varchar(255) NOT NULL, version int NOT NULL,
  data longblob NOT NULL, sha256 char(64) DEFAULT NULL,
  UNIQUE KEY gun(gun, role, version), KEY sha256(sha256)) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
)sql";

// Names have at most 255 bytes. The row 'feed' of boltseal_meta is the lock of the feed.
constexpr std::string_view kOwnTables = R"sql(
CREATE TABLE IF NOT EXISTS boltseal_files(
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, created_at timestamp NULL DEFAULT NULL,
  updated_at timestamp NULL DEFAULT NULL, deleted_at timestamp NULL DEFAULT NULL,
  gun varbinary(255) NOT NULL, form varchar(16) NOT NULL, role varbinary(255) NOT NULL, version bigint NOT NULL,
  data longblob NOT NULL, sha256 char(64) DEFAULT NULL,
  UNIQUE KEY gun(gun, form, role, version), KEY sha256(sha256)) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
CREATE TABLE IF NOT EXISTS boltseal_guns(
  gun varbinary(255) NOT NULL PRIMARY KEY, epoch bigint NOT NULL DEFAULT 1,
  needs_recovery smallint NOT NULL DEFAULT 0, reset_allowed smallint NOT NULL DEFAULT 0) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS boltseal_tombstones(
  gun varbinary(255) NOT NULL, form varchar(16) NOT NULL, role varbinary(255) NOT NULL,
  version bigint NOT NULL, root longblob, deleted_at timestamp NULL DEFAULT NULL,
  PRIMARY KEY(gun, form, role)) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
CREATE TABLE IF NOT EXISTS boltseal_meta(
  name varchar(64) NOT NULL PRIMARY KEY, value varchar(255) NOT NULL)
  ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
INSERT IGNORE INTO boltseal_meta VALUES('feed', ''), ('schema', '1');
)sql";

std::string in_bytes(std::string_view column) { return fmt::format("CAST({} AS BINARY)", column); }
std::string same(std::string_view column, int number) {
  return fmt::format("({0}=?{1} AND {2}=?{1})", column, number, in_bytes(column));
}
// Joined back along the unique key: as a condition "IN (SELECT ...)" MariaDB would run the inner query for
// each row.
std::string heads(std::string_view columns, std::string_view table, std::string_view where) {
  const std::string gun = in_bytes("gun"), role = in_bytes("role");
  return fmt::format(
      "SELECT {0} FROM (SELECT {3} AS of_gun,{4} AS of_role,MAX(version) AS top FROM {1} WHERE {2} GROUP BY "
      "{3},{4}) AS tops JOIN {1} ON gun=CONVERT(of_gun USING utf8) AND role=CONVERT(of_role USING utf8) AND "
      "version=top AND {3}=of_gun AND {4}=of_role WHERE {2}",
      columns, table, where, gun, role);
}

}  // namespace

const Dialect& mysql_dialect() {
  static const Dialect kMysql{
      .same = same,
      .in_bytes = in_bytes,
      .heads = heads,
      .insert_missing = "INSERT INTO",
      .or_leave = "ON DUPLICATE KEY UPDATE gun=gun",
      // The row, made if need be, is locked until the end: unlike GET_LOCK's this lock goes with the
      // transaction. It comes before the first read, so that all of them see what the holder before has
      // committed.
      .lock_gun = {"INSERT INTO boltseal_guns(gun) VALUES(?1) ON DUPLICATE KEY UPDATE gun=gun"},
      // Ids are given out at the INSERT and seen at the commit; without it a reader could pass over one that
      // comes late. Ids of what was rolled back stay unused.
      .lock_feed = "SELECT value FROM boltseal_meta WHERE name='feed' FOR UPDATE",
      // Goes with the session, since statements of the schema end the transaction.
      .lock_schema = "SELECT GET_LOCK(CONCAT('boltseal.',MD5(DATABASE())),5)",
      // LOCK TABLES would end the transaction; no publish of ours ends without the lock of the feed.
      .lock_all = "SELECT value FROM boltseal_meta WHERE name='feed' FOR UPDATE",
      .after_fill = "",
      .notify = "",
      .twin =
          "SELECT 1 FROM tuf_files WHERE gun=?1 AND role=?2 AND (?3=0 OR version=?3) AND NOT "
          "(CAST(gun AS BINARY)=?1 AND CAST(role AS BINARY)=?2) LIMIT 1",
      // Those that stand without tuf_files were left by a crash of ours.
      .existing_tables =
          "SELECT table_name FROM information_schema.tables WHERE table_schema=DATABASE() AND table_name IN "
          "('tuf_files','changefeed','change_category') AND EXISTS (SELECT 1 FROM information_schema.tables "
          "WHERE "
          "table_schema=DATABASE() AND table_name='tuf_files')",
      .notary_tables = kNotaryTables,
      .own_tables = kOwnTables,
      .time_digits = 0,
  };
  return kMysql;
}

}  // namespace boltseal::server::sql
