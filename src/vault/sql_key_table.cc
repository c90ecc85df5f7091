#include "base/encoding.h"
#include "vault/key_table.h"
#include "vault/sql_work.h"

namespace boltseal::vault {
namespace {

using db::Blob;
using db::Rows;
using db::Session;

// Times are nanoseconds since 1970. Names compare as binary, whatever the database's collation (SECURITY 23).
constexpr const char* kPostgresSchema = R"(
CREATE TABLE IF NOT EXISTS boltseal_vault_keys(
  number bigserial PRIMARY KEY,
  key_id varchar(64) COLLATE "C" NOT NULL UNIQUE,
  gun varchar(255) COLLATE "C" NOT NULL,
  role varchar(255) COLLATE "C" NOT NULL,
  algorithm varchar(50) NOT NULL,
  spki bytea NOT NULL,
  sealed bytea NOT NULL,
  created_at bigint NOT NULL,
  last_used bigint,
  retired_at bigint,
  notary_version bigint NOT NULL DEFAULT 0,
  tuf1_version bigint NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS boltseal_vault_keys_gun ON boltseal_vault_keys(gun, role);
CREATE TABLE IF NOT EXISTS boltseal_vault_check(
  number int PRIMARY KEY CHECK(number = 1),
  sealed bytea NOT NULL))";

constexpr const char* kMysqlSchema = R"(
CREATE TABLE IF NOT EXISTS boltseal_vault_keys(
  number bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  key_id varbinary(64) NOT NULL UNIQUE,
  gun varbinary(255) NOT NULL,
  role varbinary(255) NOT NULL,
  algorithm varbinary(50) NOT NULL,
  spki blob NOT NULL,
  sealed blob NOT NULL,
  created_at bigint NOT NULL,
  last_used bigint,
  retired_at bigint,
  notary_version bigint NOT NULL DEFAULT 0,
  tuf1_version bigint NOT NULL DEFAULT 0,
  KEY boltseal_vault_keys_gun(gun, role)) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS boltseal_vault_check(
  number int NOT NULL PRIMARY KEY,
  sealed blob NOT NULL) ENGINE=InnoDB)";

constexpr std::string_view kByRole =
    "SELECT gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at FROM boltseal_vault_keys "
    "WHERE gun=? AND role=? AND retired_at IS NULL ORDER BY number";
constexpr std::string_view kById =
    "SELECT gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at FROM boltseal_vault_keys "
    "WHERE key_id=?";
constexpr std::string_view kInsert =
    "INSERT INTO boltseal_vault_keys(gun,role,key_id,algorithm,spki,sealed,created_at) VALUES(?,?,?,?,?,?,?)";
constexpr std::string_view kPage =
    "SELECT "
    "gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at,notary_version,tuf1_version "
    "FROM boltseal_vault_keys WHERE key_id>? ORDER BY key_id LIMIT ?";
constexpr std::string_view kFill =
    "INSERT INTO boltseal_vault_keys(gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at,"
    "notary_version,tuf1_version) VALUES(?,?,?,?,?,?,?,?,?,?,?)";
constexpr std::string_view kAnyKey = "SELECT 1 FROM boltseal_vault_keys LIMIT 1";
constexpr std::string_view kAnyCheck = "SELECT 1 FROM boltseal_vault_check LIMIT 1";
constexpr std::string_view kInsertCheck = "INSERT INTO boltseal_vault_check(number,sealed) VALUES(1,?)";
constexpr std::string_view kVersions =
    "SELECT notary_version,tuf1_version,retired_at FROM boltseal_vault_keys WHERE key_id=?";
// One statement decides and records; where it matched no row, kVersions tells why.
constexpr std::string_view kUseNotary =
    "UPDATE boltseal_vault_keys SET notary_version=?,last_used=? "
    "WHERE key_id=? AND retired_at IS NULL AND notary_version<=?";
constexpr std::string_view kUseTuf1 =
    "UPDATE boltseal_vault_keys SET tuf1_version=?,last_used=? "
    "WHERE key_id=? AND retired_at IS NULL AND tuf1_version<=?";
constexpr std::string_view kRetireKey =
    "UPDATE boltseal_vault_keys SET retired_at=? WHERE key_id=? AND retired_at IS NULL";
constexpr std::string_view kRetire =
    "UPDATE boltseal_vault_keys SET retired_at=? WHERE gun=? AND retired_at IS NULL";

std::int64_t ticks(Time time) { return time.time_since_epoch().count(); }
Time time_of(std::int64_t value) { return Time(Duration(value)); }
std::size_t version_column(tuf::Form form) { return form == tuf::Form::notary ? 0 : 1; }

std::optional<Time> optional_time(const Rows& rows, std::size_t row, std::size_t column) {
  return rows.is_null(row, column) ? std::nullopt : std::optional(time_of(rows.integer(row, column)));
}

/// Others may write there: names are checked again.
Result<KeyRow> read_row(const Rows& rows, std::size_t row) {
  const auto gun = Gun::parse_lenient(rows.text(row, 0));
  const auto role = RoleName::parse_notary(rows.text(row, 1));
  const auto id = KeyId::parse(rows.text(row, 2));
  if (!gun || !role || !id)
    return fail(ErrorCode::storage_failed, "the vault's table holds a row that is no key");
  return KeyRow{*gun,
                *role,
                *id,
                std::string(rows.text(row, 3)),
                to_bytes(rows.text(row, 4)),
                to_bytes(rows.text(row, 5)),
                time_of(rows.integer(row, 6)),
                optional_time(rows, row, 7),
                optional_time(rows, row, 8)};
}

Result<std::vector<KeyRow>> read_role(Session& session, const Gun& gun, const RoleName& role) {
  const Rows rows = BS_TRY(session.run(kByRole, {gun.str(), role.str()}));
  std::vector<KeyRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.push_back(BS_TRY(read_row(rows, i)));
    if (out.back().gun != gun || out.back().role != role)
      return fail(ErrorCode::storage_failed,
                  "the vault's table gave a key of another name than was asked for");
  }
  return out;
}

/// A unique key that is taken means here: it is there already.
tl::unexpected<Error> as_exists(Error error) {
  if (error.code() == ErrorCode::conflict)
    return fail(ErrorCode::already_exists, "the vault's table holds this already");
  return fail(std::move(error));
}

class SqlKeyTable final : public KeyTable {
 public:
  explicit SqlKeyTable(std::shared_ptr<db::Pool> pool) : pool_(std::move(pool)) {}

  Result<void> prepare() {
    auto session = BS_TRY(pool_->acquire());
    if (BS_TRY(has_table(*session, "boltseal_vault_check"))) return {};
    const auto lock = BS_TRY(NamedLock::take(*session, "schema"));
    auto made =
        session->execute(session->dialect() == db::Dialect::postgres ? kPostgresSchema : kMysqlSchema);
    if (made) return {};
    return fail(std::move(made.error()).within("making the vault's tables"));
  }

  Result<KeyRow> insert_unless_unused(const KeyRow& row) override {
    auto session = BS_TRY(pool_->acquire());
    const auto lock = BS_TRY(NamedLock::take(*session, row.gun.str() + " " + row.role.str()));
    for (KeyRow& other : BS_TRY(read_role(*session, row.gun, row.role)))
      if (other.algorithm == row.algorithm && !other.last_used) return std::move(other);
    auto inserted =
        session->run(kInsert, {row.gun.str(), row.role.str(), row.id.str(), row.algorithm,
                               Blob{as_text(row.spki)}, Blob{as_text(row.sealed)}, ticks(row.created)});
    if (!inserted) return as_exists(std::move(inserted.error()));
    return row;
  }

  Result<std::optional<KeyRow>> find(const KeyId& id) override {
    auto session = BS_TRY(pool_->acquire());
    const Rows rows = BS_TRY(session->run(kById, {id.str()}));
    if (rows.empty()) return std::nullopt;
    return BS_TRY(read_row(rows, 0));
  }

  Result<std::vector<KeyRow>> list(const Gun& gun, const RoleName& role) override {
    auto session = BS_TRY(pool_->acquire());
    return read_role(*session, gun, role);
  }

  Result<bool> empty() override {
    auto session = BS_TRY(pool_->acquire());
    return BS_TRY(session->run(kAnyKey)).empty();
  }

  Result<Use> record_use(const KeyId& id, tuf::Form form, std::int64_t version, Time now) override {
    auto session = BS_TRY(pool_->acquire());
    const Rows used = BS_TRY(session->run(form == tuf::Form::notary ? kUseNotary : kUseTuf1,
                                          {version, ticks(now), id.str(), version}));
    if (used.changed() > 0) return Use::allowed;
    const Rows rows = BS_TRY(session->run(kVersions, {id.str()}));
    if (rows.empty()) return Use::missing;
    return rows.is_null(0, 2) ? Use::below_last : Use::retired;
  }

  Result<std::int64_t> last_version(const KeyId& id, tuf::Form form) override {
    auto session = BS_TRY(pool_->acquire());
    const Rows rows = BS_TRY(session->run(kVersions, {id.str()}));
    return rows.empty() ? 0 : rows.integer(0, version_column(form));
  }

  Result<bool> retire_key(const KeyId& id, Time now) override {
    auto session = BS_TRY(pool_->acquire());
    return BS_TRY(session->run(kRetireKey, {ticks(now), id.str()})).changed() > 0;
  }

  Result<std::int64_t> retire(const Gun& gun, Time now) override {
    auto session = BS_TRY(pool_->acquire());
    return BS_TRY(session->run(kRetire, {ticks(now), gun.str()})).changed();
  }

  Result<std::optional<Bytes>> check_value() override {
    auto session = BS_TRY(pool_->acquire());
    const Rows rows = BS_TRY(session->run("SELECT sealed FROM boltseal_vault_check WHERE number=1"));
    if (rows.empty()) return std::nullopt;
    return to_bytes(rows.text(0, 0));
  }

  Result<void> set_check_value(const Bytes& sealed) override {
    auto session = BS_TRY(pool_->acquire());
    auto inserted = session->run(kInsertCheck, {Blob{as_text(sealed)}});
    if (!inserted) return as_exists(std::move(inserted.error()));
    return {};
  }

  Result<std::vector<KeptKey>> page(const std::string& after, std::size_t limit) override {
    auto session = BS_TRY(pool_->acquire());
    const Rows rows = BS_TRY(session->run(kPage, {after, static_cast<std::int64_t>(limit)}));
    std::vector<KeptKey> out;
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.push_back({BS_TRY(read_row(rows, i)), rows.integer(i, 9), rows.integer(i, 10)});
    return out;
  }

  Result<void> fill(const std::vector<KeptKey>& kept, const std::optional<Bytes>& check) override {
    auto session = BS_TRY(pool_->acquire());
    auto filled = in_transaction(*session, [&](Session& work) -> Result<void> {
      if (!BS_TRY(work.run(kAnyKey)).empty() || !BS_TRY(work.run(kAnyCheck)).empty())
        return fail(ErrorCode::already_exists, "the key table is not empty");
      for (const KeptKey& key : kept) BS_TRY(fill_row(work, key));
      if (check) BS_TRY(work.run(kInsertCheck, {Blob{as_text(*check)}}));
      return {};
    });
    if (!filled) return as_exists(std::move(filled.error()));
    return {};
  }

 private:
  static Result<void> fill_row(Session& session, const KeptKey& kept) {
    const KeyRow& row = kept.row;
    const auto time = [](const std::optional<Time>& value) {
      return value ? db::Value(ticks(*value)) : db::Value();
    };
    BS_TRY(
        session.run(kFill, {row.gun.str(), row.role.str(), row.id.str(), row.algorithm,
                            Blob{as_text(row.spki)}, Blob{as_text(row.sealed)}, ticks(row.created),
                            time(row.last_used), time(row.retired), kept.notary_version, kept.tuf1_version}));
    return {};
  }

  std::shared_ptr<db::Pool> pool_;
};

}  // namespace

Result<std::unique_ptr<KeyTable>> make_sql_key_table(std::shared_ptr<db::Pool> pool) {
  auto table = std::make_unique<SqlKeyTable>(std::move(pool));
  BS_TRY(table->prepare());
  return table;
}

}  // namespace boltseal::vault
