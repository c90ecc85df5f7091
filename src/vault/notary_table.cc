#include "vault/notary_table.h"

#include "vault/notary_schema.h"
#include "vault/sql_work.h"

namespace boltseal::vault {
namespace {

using db::Blob;
using db::Rows;
using db::Session;

constexpr std::string_view kById =
    "SELECT id,key_id,algorithm,passphrase_alias,public,private,gun,role,encryption_alg,keywrap_alg "
    "FROM private_keys WHERE key_id=? AND deleted_at IS NULL";
constexpr std::string_view kUnused =
    "SELECT id,key_id,algorithm,passphrase_alias,public,private,gun,role,encryption_alg,keywrap_alg "
    "FROM private_keys WHERE gun=? AND role=? AND algorithm=? AND last_used IS NULL AND deleted_at IS NULL "
    "ORDER BY id";
constexpr std::string_view kOnePerAlias =
    "SELECT k.id,k.key_id,k.algorithm,k.passphrase_alias,k.public,k.private,k.gun,k.role,k.encryption_alg,"
    "k.keywrap_alg FROM private_keys k JOIN (SELECT MIN(id) AS first FROM private_keys "
    "WHERE deleted_at IS NULL GROUP BY passphrase_alias) a ON k.id=a.first ORDER BY k.id";
constexpr std::string_view kOthers =
    "SELECT id,key_id,algorithm,passphrase_alias,public,private,gun,role,encryption_alg,keywrap_alg "
    "FROM private_keys WHERE passphrase_alias<>? AND id>? ORDER BY id LIMIT ?";
constexpr std::string_view kInsert =
    "INSERT INTO private_keys(created_at,updated_at,key_id,encryption_alg,keywrap_alg,algorithm,"
    "passphrase_alias,public,private,gun,role) VALUES(?,?,?,?,?,?,?,?,?,?,?)";
constexpr std::string_view kReplace =
    "UPDATE private_keys SET private=?,passphrase_alias=?,encryption_alg=?,keywrap_alg=?,updated_at=? "
    "WHERE key_id=? AND private=?";
constexpr std::string_view kDelete =
    "UPDATE private_keys SET deleted_at=? WHERE key_id=? AND deleted_at IS NULL";
constexpr std::string_view kOfGun = "SELECT key_id,gun FROM private_keys WHERE gun=? AND deleted_at IS NULL";
constexpr std::string_view kVersion = "SELECT version FROM boltseal_key_versions WHERE key_id=? AND form=?";

// A signature in one statement: the row is still the one that was opened, and the version does not fall.
constexpr std::string_view kUsePostgres =
    "WITH used AS (UPDATE private_keys SET last_used=?,updated_at=? WHERE key_id=? AND private=? "
    "AND deleted_at IS NULL RETURNING key_id) "
    "INSERT INTO boltseal_key_versions(key_id,form,version) SELECT key_id,?,? FROM used "
    "ON CONFLICT(key_id,form) DO UPDATE SET version=EXCLUDED.version "
    "WHERE boltseal_key_versions.version<=EXCLUDED.version";
constexpr std::string_view kUseMysql =
    "UPDATE private_keys k JOIN boltseal_key_versions v ON v.key_id=? AND v.form=? "
    "SET k.last_used=?,k.updated_at=?,v.version=? "
    "WHERE k.key_id=? AND k.private=? AND k.deleted_at IS NULL AND v.version<=?";

// The same step by step, for where that matched nothing: it tells why.
constexpr std::string_view kLockRow =
    "SELECT private FROM private_keys WHERE key_id=? AND deleted_at IS NULL FOR UPDATE";
constexpr std::string_view kUsed = "UPDATE private_keys SET last_used=?,updated_at=? WHERE key_id=?";
constexpr std::string_view kInsertVersion =
    "INSERT INTO boltseal_key_versions(key_id,form,version) VALUES(?,?,?)";
constexpr std::string_view kRaiseVersion =
    "UPDATE boltseal_key_versions SET version=? WHERE key_id=? AND form=?";

std::int64_t number_of(tuf::Form form) { return form == tuf::Form::notary ? 0 : 1; }

std::vector<NotaryRow> read_rows(Rows rows) {
  std::vector<NotaryRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back({rows.integer(i, 0), rows.take(i, 1), rows.take(i, 2), rows.take(i, 3), rows.take(i, 4),
                   rows.take(i, 5), rows.take(i, 6), rows.take(i, 7), rows.take(i, 8), rows.take(i, 9)});
  return out;
}

struct Signature {
  const NotaryRow& row;
  std::int64_t form, version;
  std::string time;
};

Result<bool> record_at_once(Session& session, const Signature& s) {
  const std::string_view time = s.time;
  const Blob sealed{s.row.sealed};
  if (session.dialect() == db::Dialect::postgres)
    return BS_TRY(session.run(kUsePostgres, {time, time, s.row.id, sealed, s.form, s.version})).changed() > 0;
  return BS_TRY(
             session.run(kUseMysql, {s.row.id, s.form, time, time, s.version, s.row.id, sealed, s.version}))
             .changed() > 0;
}

Result<std::optional<Use>> record_by_steps(Session& session, const Signature& s) {
  const Rows row = BS_TRY(session.run(kLockRow, {s.row.id}));
  if (row.empty()) return Use::retired;
  if (row.text(0, 0) != s.row.sealed) return std::nullopt;
  const Rows last = BS_TRY(session.run(kVersion, {s.row.id, s.form}));  // safe: the row above is locked
  if (!last.empty() && last.integer(0, 0) > s.version) return Use::below_last;
  BS_TRY(session.run(kUsed, {std::string_view(s.time), std::string_view(s.time), s.row.id}));
  if (last.empty()) {
    BS_TRY(session.run(kInsertVersion, {s.row.id, s.form, s.version}));
  } else {
    BS_TRY(session.run(kRaiseVersion, {s.version, s.row.id, s.form}));
  }
  return Use::allowed;
}

/// Names compare as the column's collation does, which folds case and accents: what is not the same to the
/// byte is left out here.
Result<std::vector<NotaryRow>> read_unused(Session& session, const std::string& gun, const std::string& role,
                                           const std::string& algorithm) {
  std::vector<NotaryRow> rows = read_rows(BS_TRY(session.run(kUnused, {gun, role, algorithm})));
  std::erase_if(rows, [&](const NotaryRow& row) {
    return row.gun != gun || row.role != role || row.algorithm != algorithm;
  });
  return rows;
}

}  // namespace

Result<std::unique_ptr<NotaryTable>> NotaryTable::open(std::shared_ptr<db::Pool> pool) {
  auto table = std::unique_ptr<NotaryTable>(new NotaryTable(std::move(pool)));
  auto session = BS_TRY(table->pool_->acquire());
  BS_TRY(prepare_notary_schema(*session));
  return table;
}

Result<std::optional<NotaryRow>> NotaryTable::find(const KeyId& id) {
  auto session = BS_TRY(pool_->acquire());
  std::vector<NotaryRow> rows = read_rows(BS_TRY(session->run(kById, {id.str()})));
  if (rows.empty() || rows[0].id != id.str()) return std::nullopt;
  return std::move(rows[0]);
}

Result<std::vector<NotaryRow>> NotaryTable::unused(const Gun& gun, const RoleName& role,
                                                   const std::string& algorithm) {
  auto session = BS_TRY(pool_->acquire());
  return read_unused(*session, gun.str(), role.str(), algorithm);
}

Result<NotaryRow> NotaryTable::insert_unless_unused(const NotaryRow& row, Time now) {
  auto session = BS_TRY(pool_->acquire());
  const auto lock = BS_TRY(NamedLock::take(*session, row.gun + " " + row.role));
  std::vector<NotaryRow> others = BS_TRY(read_unused(*session, row.gun, row.role, row.algorithm));
  if (!others.empty()) return std::move(others[0]);
  const std::string time = sql_time(now);
  auto inserted = session->run(
      kInsert, {std::string_view(time), std::string_view(time), row.id, row.encryption, row.key_wrap,
                row.algorithm, row.alias, Blob{row.public_part}, Blob{row.sealed}, row.gun, row.role});
  if (inserted) return row;
  if (inserted.error().code() == ErrorCode::conflict)
    return fail(ErrorCode::already_exists, "the signer's table holds a key of this id already");
  return fail(std::move(inserted.error()));
}

Result<std::optional<Use>> NotaryTable::record_use(const NotaryRow& row, tuf::Form form, std::int64_t version,
                                                   Time now) {
  const Signature signature{row, number_of(form), version, sql_time(now)};
  auto session = BS_TRY(pool_->acquire());
  const auto at_once = record_at_once(*session, signature);
  if (at_once && *at_once) return Use::allowed;
  if (!at_once && at_once.error().code() != ErrorCode::conflict) return fail(at_once.error());
  return in_transaction(*session, [&](Session& same) { return record_by_steps(same, signature); });
}

Result<std::int64_t> NotaryTable::last_version(const std::string& id, tuf::Form form) {
  auto session = BS_TRY(pool_->acquire());
  const Rows rows = BS_TRY(session->run(kVersion, {id, number_of(form)}));
  return rows.empty() ? 0 : rows.integer(0, 0);
}

Result<bool> NotaryTable::remove(const std::string& id, Time now) {
  auto session = BS_TRY(pool_->acquire());
  const std::string time = sql_time(now);
  return BS_TRY(session->run(kDelete, {std::string_view(time), id})).changed() > 0;
}

Result<std::int64_t> NotaryTable::retire(const Gun& gun, Time now) {
  auto session = BS_TRY(pool_->acquire());
  const std::string time = sql_time(now);
  return in_transaction(*session, [&](Session& same) -> Result<std::int64_t> {
    std::int64_t count = 0;
    const Rows rows = BS_TRY(same.run(kOfGun, {gun.str()}));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows.text(i, 1) != gun.str()) continue;
      count += BS_TRY(same.run(kDelete, {std::string_view(time), rows.text(i, 0)})).changed();
    }
    return count;
  });
}

Result<std::vector<NotaryRow>> NotaryTable::one_per_alias() {
  auto session = BS_TRY(pool_->acquire());
  return read_rows(BS_TRY(session->run(kOnePerAlias)));
}

Result<std::vector<NotaryRow>> NotaryTable::others_than(const std::string& alias, std::int64_t above,
                                                        int most) {
  auto session = BS_TRY(pool_->acquire());
  return read_rows(BS_TRY(session->run(kOthers, {alias, above, std::int64_t{most}})));
}

Result<std::int64_t> NotaryTable::count_of(const std::string& alias) {
  auto session = BS_TRY(pool_->acquire());
  return BS_TRY(session->run("SELECT COUNT(*) FROM private_keys WHERE passphrase_alias=?", {alias}))
      .integer(0, 0);
}

Result<bool> NotaryTable::replace(const NotaryRow& old, const std::string& sealed, const std::string& alias,
                                  Time now) {
  auto session = BS_TRY(pool_->acquire());
  const std::string time = sql_time(now);
  return BS_TRY(session->run(kReplace, {Blob{sealed}, alias, old.encryption, old.key_wrap,
                                        std::string_view(time), old.id, Blob{old.sealed}}))
             .changed() > 0;
}

Result<void> NotaryTable::ping() {
  auto session = BS_TRY(pool_->acquire());
  BS_TRY(session->run("SELECT 1 FROM private_keys LIMIT 1"));
  return {};
}

}  // namespace boltseal::vault
