#include "server/storage/sql_files.h"

#include "base/encoding.h"
#include "server/storage/named.h"
#include "server/storage/sql_values.h"

namespace boltseal::server::sql {
namespace {

/// created_at may be NULL in notary-server's tables.
Result<Time> time_of(const db::Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return Time{};
  return parse_time(std::string(rows.text(row, column)));
}

Result<StoredFile> file_of(db::Rows& rows, std::size_t row, const Gun& gun, std::string_view role) {
  if (rows.text(row, 0) != gun.str() || rows.text(row, 1) != role) {
    return fail(ErrorCode::storage_failed, "the database takes different names as equal",
                "give the columns gun and role a collation that compares bytes");
  }
  StoredFile file;
  file.version = rows.integer(row, 2);
  file.sha256 = BS_TRY(parse_hash(rows.text(row, 4)));
  file.created = BS_TRY(time_of(rows, row, 5));
  file.bytes = rows.take(row, 3);
  return file;
}

FoundFile one_of(Result<db::Rows> answer, const FileKey& key) {
  db::Rows rows = BS_TRY(std::move(answer));
  if (rows.empty()) return std::nullopt;
  return BS_TRY(file_of(rows, 0, key.gun, key.role.str()));
}

/// The row of a role, if the answer has one.
FoundFile pick(db::Rows& rows, const Gun& gun, const RoleName& role) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.text(row, 1) == role.str()) return BS_TRY(file_of(rows, row, gun, role.str()));
  }
  return std::nullopt;
}

/// The file that `parent` names: nearly always the newest, which came along; else it is asked for.
FoundFile follow(db::Session& session, const Statements& sql, const FileKey& key, const StoredFile& parent,
                 std::optional<StoredFile> newest) {
  if (key.form == Form::notary) {
    const auto hash = named_hash(parent.bytes, key.role.str());
    if (!hash) return std::nullopt;
    if (newest && newest->sha256 == *hash) return newest;
    return find_hash(session, sql, key, *hash);
  }
  const auto version = named_version(parent.bytes, key.role.str());
  if (!version) return std::nullopt;
  if (newest && newest->version == *version) return newest;
  return find_version(session, sql, key, *version);
}

}  // namespace

Result<std::int64_t> highest_version(db::Session& session, const Statements& sql, const FileKey& key) {
  const auto rows = BS_TRY(sql.of(key.form).highest.run(session, {key.gun.str(), key.role.str()}));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

FoundFile find_latest(db::Session& session, const Statements& sql, const FileKey& key) {
  return one_of(sql.of(key.form).latest.run(session, {key.gun.str(), key.role.str()}), key);
}

FoundFile find_version(db::Session& session, const Statements& sql, const FileKey& key,
                       std::int64_t version) {
  return one_of(sql.of(key.form).by_version.run(session, {key.gun.str(), key.role.str(), version}), key);
}

FoundFile find_hash(db::Session& session, const Statements& sql, const FileKey& key, const Sha256& sha256) {
  const std::string hex = hex_encode(sha256);
  return one_of(sql.of(key.form).by_hash.run(session, {key.gun.str(), key.role.str(), std::string_view(hex)}),
                key);
}

// notary-server asks three times: newest timestamp, the snapshot of the hash in it, the file of the hash in
// that. To read names out of JSON in SQL is not safe here: a stored file may be anything, and both servers
// turn what is no JSON into an error of the statement. A table of "what is current" of ours would have to be
// checked against what a notary-server may have written since. So one statement brings the newest of each of
// the three, in one state of the database; they belong together but while a publisher has uploaded a file
// ahead of its snapshot, and then the walk goes on by hash. What the newest timestamp names never changes, so
// the steps need no transaction.
FoundFile find_current(db::Session& session, const Statements& sql, const FileKey& key) {
  const bool newest =
      key.role == RoleName::timestamp() || (key.form == Form::tuf1 && key.role == RoleName::root());
  if (newest) return find_latest(session, sql, key);
  const bool two = key.role == RoleName::snapshot();
  const FileStatements& statements = sql.of(key.form);
  db::Rows rows = BS_TRY(two ? statements.newest_two.run(session, {key.gun.str()})
                             : statements.newest_three.run(session, {key.gun.str(), key.role.str()}));
  const auto timestamp = BS_TRY(pick(rows, key.gun, RoleName::timestamp()));
  if (!timestamp) return std::nullopt;
  const FileKey snapshot_key{key.gun, key.form, RoleName::snapshot()};
  auto snapshot = BS_TRY(
      follow(session, sql, snapshot_key, *timestamp, BS_TRY(pick(rows, key.gun, RoleName::snapshot()))));
  if (!snapshot || two) return snapshot;
  return follow(session, sql, key, *snapshot, BS_TRY(pick(rows, key.gun, key.role)));
}

Result<std::vector<Head>> find_heads(db::Session& session, const Statements& sql, Form form,
                                     const std::optional<Gun>& gun) {
  const FileStatements& statements = sql.of(form);
  const db::Rows rows =
      BS_TRY(gun ? statements.heads_of_gun.run(session, {gun->str()}) : statements.heads.run(session));
  std::vector<Head> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto name = Gun::parse_lenient(rows.text(row, 0));
    auto role = tuf::parse_role(form, rows.text(row, 1));
    const auto hash = parse_hash(rows.text(row, 3));
    // One row that is none must not hide all others; verify-store tells of it.
    if (!name || !role || !hash || (gun && *name != *gun)) continue;
    out.push_back({*std::move(name), form, *std::move(role), rows.integer(row, 2), *hash});
  }
  return out;
}

Result<GunState> find_state(db::Session& session, const Statements& sql, const Gun& gun) {
  const auto rows = BS_TRY(sql.state.run(session, {gun.str()}));
  if (rows.empty()) return GunState{};
  return GunState{rows.integer(0, 0), rows.integer(0, 1) != 0, rows.integer(0, 2) != 0};
}

Result<std::vector<StoredVersion>> find_versions(db::Session& session, const Statements& sql, Form form,
                                                 const Gun& gun) {
  const db::Rows rows = BS_TRY(sql.of(form).versions.run(session, {gun.str()}));
  std::vector<StoredVersion> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto role = tuf::parse_role(form, rows.text(row, 0));
    if (!role) continue;
    out.push_back(
        {*std::move(role), rows.integer(row, 1), BS_TRY(time_of(rows, row, 2)), rows.integer(row, 3)});
  }
  return out;
}

}  // namespace boltseal::server::sql
