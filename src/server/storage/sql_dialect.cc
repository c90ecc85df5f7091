#include "server/storage/sql_dialect.h"

#include <fmt/core.h>

#include "server/storage/postgres_notices.h"

namespace boltseal::server::sql {
namespace {

// schema_migrations is what notary's migration tool records: it must not try to make the tables again.
constexpr std::string_view kPostgresNotaryTables = R"sql(
CREATE TABLE tuf_files(
  id serial PRIMARY KEY, created_at timestamp, updated_at timestamp, deleted_at timestamp,
  gun varchar(255) NOT NULL, role varchar(255) NOT NULL, version integer NOT NULL,
  data bytea NOT NULL, sha256 char(64),
  UNIQUE(gun, role, version));
CREATE INDEX tuf_files_sha256_idx ON tuf_files(sha256);
CREATE TABLE change_category(category varchar(20) PRIMARY KEY);
INSERT INTO change_category VALUES('update'), ('deletion');
CREATE TABLE changefeed(
  id serial PRIMARY KEY, created_at timestamp DEFAULT CURRENT_TIMESTAMP,
  gun varchar(255) NOT NULL, version integer NOT NULL, sha256 char(64),
  category varchar(20) NOT NULL DEFAULT 'update' REFERENCES change_category(category));
CREATE INDEX idx_changefeed_gun ON changefeed(gun);
CREATE TABLE IF NOT EXISTS schema_migrations(version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES(2, false) ON CONFLICT DO NOTHING;
)sql";

constexpr std::string_view kPostgresOwnTables = R"sql(
CREATE TABLE IF NOT EXISTS boltseal_files(
  id bigserial PRIMARY KEY, created_at timestamp, updated_at timestamp, deleted_at timestamp,
  gun varchar(255) NOT NULL, form varchar(16) NOT NULL, role varchar(255) NOT NULL, version bigint NOT NULL,
  data bytea NOT NULL, sha256 char(64),
  UNIQUE(gun, form, role, version));
CREATE INDEX IF NOT EXISTS boltseal_files_sha256_idx ON boltseal_files(sha256);
CREATE TABLE IF NOT EXISTS boltseal_guns(
  gun varchar(255) PRIMARY KEY, epoch bigint NOT NULL DEFAULT 1,
  needs_recovery smallint NOT NULL DEFAULT 0, reset_allowed smallint NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS boltseal_tombstones(
  gun varchar(255) NOT NULL, form varchar(16) NOT NULL, role varchar(255) NOT NULL,
  version bigint NOT NULL, root bytea, deleted_at timestamp NOT NULL,
  PRIMARY KEY(gun, form, role));
CREATE TABLE IF NOT EXISTS boltseal_meta(name varchar(64) PRIMARY KEY, value varchar(255) NOT NULL);
INSERT INTO boltseal_meta VALUES('schema', '1') ON CONFLICT DO NOTHING;
)sql";

// A varchar's equality is that of its bytes (all collations but those made "nondeterministic" on purpose).
std::string postgres_same(std::string_view column, int number) {
  return fmt::format("{}=?{}", column, number);
}
std::string postgres_in_bytes(std::string_view column) { return fmt::format("{} COLLATE \"C\"", column); }
std::string postgres_heads(std::string_view columns, std::string_view table, std::string_view where) {
  // Backwards along the unique index.
  return fmt::format(
      "SELECT DISTINCT ON (gun,role) {} FROM {} WHERE {} ORDER BY gun DESC,role DESC,version DESC", columns,
      table, where);
}

const std::string kPostgresNotify = fmt::format("SELECT pg_notify('{}',?1)", kChangeChannel);

const Dialect kPostgres{
    .same = postgres_same,
    .in_bytes = postgres_in_bytes,
    .heads = postgres_heads,
    .insert_missing = "INSERT INTO",
    .or_leave = "ON CONFLICT DO NOTHING",
    // The numbers keep our locks apart from those of others in the same database.
    .lock_gun = {"SELECT pg_advisory_xact_lock(hashtextextended(?1,1651469427))"},
    .lock_feed = "SELECT pg_advisory_xact_lock(1651469427,1)",
    .lock_schema = "SELECT pg_advisory_xact_lock(1651469427,2)",
    .lock_all =
        "LOCK TABLE tuf_files,boltseal_files,changefeed,boltseal_guns,boltseal_tombstones IN EXCLUSIVE MODE",
    .after_fill =
        "SELECT setval(pg_get_serial_sequence('changefeed','id'),MAX(id)) FROM changefeed HAVING COUNT(*)>0",
    .notify = kPostgresNotify,
    .twin = "",
    .existing_tables =
        "SELECT table_name FROM information_schema.tables WHERE table_schema=current_schema() AND "
        "table_name IN ('tuf_files','changefeed','change_category')",
    .notary_tables = kPostgresNotaryTables,
    .own_tables = kPostgresOwnTables,
    .time_digits = 6,
};

}  // namespace

const Dialect& postgres_dialect() { return kPostgres; }

const Dialect& dialect(db::Dialect which) {
  return which == db::Dialect::postgres ? postgres_dialect() : mysql_dialect();
}

}  // namespace boltseal::server::sql
