#include "server/storage/sql_schema.h"

#include <fmt/core.h>

namespace boltseal::server::sql {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
constexpr std::size_t kNotaryTables = 3;

Result<void> check_version(std::int64_t version) {
  if (version >= 1 && version <= kSchemaVersion) return {};
  return fail(ErrorCode::storage_failed,
              fmt::format("the database has schema {}, this program knows {}", version, kSchemaVersion),
              "start the newer boltseald that made it");
}

/// Nothing where our tables are missing.
Result<std::optional<std::int64_t>> version_of(db::Session& session) {
  auto rows = session.run("SELECT value FROM boltseal_meta WHERE name='schema'");
  if (!rows && rows.error().code() == ErrorCode::not_found) return std::nullopt;
  if (!rows) return fail(rows.error());
  return rows->empty() ? 0 : rows->integer(0, 0);
}

}  // namespace

Result<void> make_tables(db::Session& session, const Dialect& dialect) {
  if (const auto version = BS_TRY(version_of(session))) return check_version(*version);
  auto transaction = BS_TRY(db::Transaction::begin(session));
  BS_TRY(session.run(dialect.lock_schema));
  const std::size_t there = BS_TRY(session.run(dialect.existing_tables)).size();
  if (there == 0) BS_TRY(session.execute(std::string(dialect.notary_tables)));
  if (there != 0 && there != kNotaryTables) {
    return fail(ErrorCode::storage_failed, "the database has some tables of notary-server, but not all",
                "run the migrations of notary-server 0.7.0 on it, or give an empty database");
  }
  BS_TRY(session.execute(std::string(dialect.own_tables)));
  BS_TRY(transaction.commit());
  return check_version(BS_TRY(version_of(session)).value_or(0));
}

}  // namespace boltseal::server::sql
