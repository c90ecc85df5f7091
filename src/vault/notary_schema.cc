#include "vault/notary_schema.h"

#include "vault/sql_work.h"

namespace boltseal::vault {
namespace {

// As notary-signer's migrations leave it, with what their tool records, so that its own programs go on here.
// The index on gun is ours: without it a new key is a look at every row.
constexpr const char* kPostgresKeys = R"(
CREATE TABLE private_keys(
  id serial PRIMARY KEY,
  created_at timestamp NULL, updated_at timestamp NULL, deleted_at timestamp NULL,
  key_id varchar(255) NOT NULL,
  encryption_alg varchar(255) NOT NULL,
  keywrap_alg varchar(255) NOT NULL,
  algorithm varchar(50) NOT NULL,
  passphrase_alias varchar(50) NOT NULL,
  public bytea NOT NULL,
  private bytea NOT NULL,
  gun varchar(255) NOT NULL,
  role varchar(255) NOT NULL,
  last_used timestamp NULL,
  CONSTRAINT key_id UNIQUE(key_id),
  CONSTRAINT key_id_2 UNIQUE(key_id, algorithm));
CREATE INDEX boltseal_private_keys_gun ON private_keys(gun);
CREATE TABLE schema_migrations(version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES(1, false))";

constexpr const char* kMysqlKeys = R"(
CREATE TABLE private_keys(
  id int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  created_at timestamp NULL DEFAULT NULL,
  updated_at timestamp NULL DEFAULT NULL,
  deleted_at timestamp NULL DEFAULT NULL,
  key_id varchar(255) NOT NULL,
  encryption_alg varchar(255) NOT NULL,
  keywrap_alg varchar(255) NOT NULL,
  algorithm varchar(50) NOT NULL,
  passphrase_alias varchar(50) NOT NULL,
  public blob NOT NULL,
  private blob NOT NULL,
  gun varchar(255) NOT NULL,
  role varchar(255) NOT NULL,
  last_used datetime NULL DEFAULT NULL,
  UNIQUE KEY key_id(key_id),
  UNIQUE KEY key_id_2(key_id, algorithm),
  KEY boltseal_private_keys_gun(gun)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE schema_migrations(version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_migrations VALUES(2, false))";

// `form` is 0 for Notary's, 1 for TUF 1.0.
constexpr const char* kPostgresVersions = R"(
CREATE TABLE IF NOT EXISTS boltseal_key_versions(
  key_id varchar(64) COLLATE "C" NOT NULL,
  form int NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY(key_id, form)))";
constexpr const char* kMysqlVersions = R"(
CREATE TABLE IF NOT EXISTS boltseal_key_versions(
  key_id varbinary(64) NOT NULL,
  form int NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY(key_id, form)) ENGINE=InnoDB)";

constexpr std::string_view kPostgresOthers =
    "SELECT table_name FROM information_schema.tables WHERE table_schema=current_schema() "
    "AND substr(table_name,1,9)<>'boltseal_' LIMIT 1";
constexpr std::string_view kMysqlOthers =
    "SELECT table_name FROM information_schema.tables WHERE table_schema=DATABASE() "
    "AND substr(table_name,1,9)<>'boltseal_' LIMIT 1";

Result<void> make_keys(db::Session& session, bool postgres) {
  const db::Rows others = BS_TRY(session.run(postgres ? kPostgresOthers : kMysqlOthers));
  if (!others.empty())
    return fail(ErrorCode::bad_config,
                "the signer's database has no table private_keys, but others: it is not a signer's",
                "name the database that notary-signer used (storage.db_url), or an empty one");
  return session.execute(postgres ? kPostgresKeys : kMysqlKeys);
}

Result<void> make_missing(db::Session& session) {
  const bool postgres = session.dialect() == db::Dialect::postgres;
  const auto lock = BS_TRY(NamedLock::take(session, "schema"));
  if (!BS_TRY(has_table(session, "private_keys"))) BS_TRY(make_keys(session, postgres));
  return session.execute(postgres ? kPostgresVersions : kMysqlVersions);
}

}  // namespace

Result<void> prepare_notary_schema(db::Session& session) {
  // Where nothing is missing, no right to make anything is needed.
  if (BS_TRY(has_table(session, "private_keys")) && BS_TRY(has_table(session, "boltseal_key_versions")))
    return {};
  auto made = make_missing(session);
  if (made) return {};
  return fail(std::move(made.error())
                  .within("making the tables of the signer's database")
                  .with_hint("let the database user make tables (CREATE), for the first start at least"));
}

}  // namespace boltseal::vault
