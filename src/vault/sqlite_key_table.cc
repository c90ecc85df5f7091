#include "db/sqlite_pool.h"
#include "vault/key_table.h"

namespace boltseal::vault {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
// Times are nanoseconds since 1970. Texts compare as binary (SQLite's default).
constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS boltseal_vault_keys(
  number INTEGER PRIMARY KEY,
  key_id TEXT NOT NULL UNIQUE,
  gun TEXT NOT NULL,
  role TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  spki BLOB NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_used INTEGER,
  retired_at INTEGER,
  notary_version INTEGER NOT NULL DEFAULT 0,
  tuf1_version INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS boltseal_vault_keys_gun ON boltseal_vault_keys(gun, role);
CREATE TABLE IF NOT EXISTS boltseal_vault_check(
  number INTEGER PRIMARY KEY CHECK(number = 1),
  sealed BLOB NOT NULL);
PRAGMA user_version = 1;
)";

constexpr std::string_view kByRole =
    "SELECT gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at FROM boltseal_vault_keys "
    "WHERE gun=?1 AND role=?2 AND retired_at IS NULL ORDER BY number";
constexpr std::string_view kById =
    "SELECT gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at FROM boltseal_vault_keys "
    "WHERE key_id=?1";
constexpr std::string_view kPage =
    "SELECT "
    "gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at,notary_version,tuf1_version "
    "FROM boltseal_vault_keys WHERE key_id>?1 ORDER BY key_id LIMIT ?2";
constexpr std::string_view kHoldsSomething =
    "SELECT EXISTS(SELECT 1 FROM boltseal_vault_keys) OR EXISTS(SELECT 1 FROM boltseal_vault_check)";
constexpr std::string_view kFill =
    "INSERT INTO boltseal_vault_keys(gun,role,key_id,algorithm,spki,sealed,created_at,last_used,retired_at,"
    "notary_version,tuf1_version) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)";
constexpr std::string_view kInsertCheck = "INSERT INTO boltseal_vault_check(number,sealed) VALUES(1,?1)";
constexpr std::string_view kInsert =
    "INSERT INTO boltseal_vault_keys(gun,role,key_id,algorithm,spki,sealed,created_at) "
    "VALUES(?1,?2,?3,?4,?5,?6,?7)";
constexpr std::string_view kVersions =
    "SELECT notary_version,tuf1_version,retired_at FROM boltseal_vault_keys WHERE key_id=?1";
constexpr std::string_view kUseNotary =
    "UPDATE boltseal_vault_keys SET notary_version=?2,last_used=?3 WHERE key_id=?1";
constexpr std::string_view kUseTuf1 =
    "UPDATE boltseal_vault_keys SET tuf1_version=?2,last_used=?3 WHERE key_id=?1";
constexpr std::string_view kRetireKey =
    "UPDATE boltseal_vault_keys SET retired_at=?2 WHERE key_id=?1 AND retired_at IS NULL";
constexpr std::string_view kRetire =
    "UPDATE boltseal_vault_keys SET retired_at=?2 WHERE gun=?1 AND retired_at IS NULL";

std::int64_t ticks(Time time) { return time.time_since_epoch().count(); }
Time time_of(std::int64_t value) { return Time(Duration(value)); }
int version_column(tuf::Form form) { return form == tuf::Form::notary ? 0 : 1; }

std::optional<Time> optional_time(const db::SqliteQuery& query, int column) {
  return query.is_null(column) ? std::nullopt : std::optional(time_of(query.integer(column)));
}

/// Names in the table were checked when they came in; they are checked again, since others may write there.
Result<KeyRow> read_row(const db::SqliteQuery& query) {
  const auto gun = Gun::parse_lenient(query.text(0));
  const auto role = RoleName::parse_notary(query.text(1));
  const auto id = KeyId::parse(query.text(2));
  if (!gun || !role || !id)
    return fail(ErrorCode::storage_failed, "the vault's table holds a row that is no key");
  return KeyRow{*gun,
                *role,
                *id,
                query.text(3),
                to_bytes(query.text(4)),
                to_bytes(query.text(5)),
                time_of(query.integer(6)),
                optional_time(query, 7),
                optional_time(query, 8)};
}

Result<std::vector<KeyRow>> read_role(db::Sqlite& connection, const Gun& gun, const RoleName& role) {
  auto query = BS_TRY(connection.query(kByRole));
  query.bind(1, gun.str()).bind(2, role.str());
  std::vector<KeyRow> rows;
  while (BS_TRY(query.step())) {
    rows.push_back(BS_TRY(read_row(query)));
    if (rows.back().gun != gun || rows.back().role != role)
      return fail(ErrorCode::storage_failed,
                  "the vault's table gave a key of another name than was asked for");
  }
  return rows;
}

class SqliteKeyTable final : public KeyTable {
 public:
  explicit SqliteKeyTable(const std::string& path) : pool_(path, {.size = 4}) {}

  Result<void> prepare() {
    auto connection = BS_TRY(pool_.acquire());
    auto transaction = BS_TRY(db::SqliteTransaction::begin(*connection));
    {
      auto query = BS_TRY(connection->query("PRAGMA user_version"));
      BS_TRY(query.step());
      if (query.integer(0) > kSchemaVersion)
        return fail(ErrorCode::storage_failed, "the vault's table was made by a newer boltseald",
                    "use that version");
    }
    BS_TRY(connection->execute(kSchema));
    return transaction.commit();
  }

  Result<KeyRow> insert_unless_unused(const KeyRow& row) override {
    auto connection = BS_TRY(pool_.acquire());
    auto transaction = BS_TRY(db::SqliteTransaction::begin(*connection));
    for (KeyRow& other : BS_TRY(read_role(*connection, row.gun, row.role)))
      if (other.algorithm == row.algorithm && !other.last_used) return std::move(other);
    {
      auto query = BS_TRY(connection->query(kInsert));
      query.bind(1, row.gun.str()).bind(2, row.role.str()).bind(3, row.id.str()).bind(4, row.algorithm);
      query.bind_blob(5, as_text(row.spki)).bind_blob(6, as_text(row.sealed)).bind(7, ticks(row.created));
      BS_TRY(as_exists(query.run()));
    }
    BS_TRY(transaction.commit());
    return row;
  }

  Result<std::optional<KeyRow>> find(const KeyId& id) override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query(kById));
    query.bind(1, id.str());
    if (!BS_TRY(query.step())) return std::nullopt;
    return BS_TRY(read_row(query));
  }

  Result<std::vector<KeyRow>> list(const Gun& gun, const RoleName& role) override {
    auto connection = BS_TRY(pool_.acquire());
    return read_role(*connection, gun, role);
  }

  Result<bool> empty() override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query("SELECT 1 FROM boltseal_vault_keys LIMIT 1"));
    return !BS_TRY(query.step());
  }

  Result<std::vector<KeptKey>> page(const std::string& after, std::size_t limit) override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query(kPage));
    query.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<KeptKey> rows;
    while (BS_TRY(query.step()))
      rows.push_back({BS_TRY(read_row(query)), query.integer(9), query.integer(10)});
    return rows;
  }

  Result<void> fill(const std::vector<KeptKey>& rows, const std::optional<Bytes>& check) override {
    auto connection = BS_TRY(pool_.acquire());
    auto transaction = BS_TRY(db::SqliteTransaction::begin(*connection));
    {
      auto query = BS_TRY(connection->query(kHoldsSomething));
      BS_TRY(query.step());
      if (query.integer(0) != 0) return fail(ErrorCode::already_exists, "the key table is not empty");
    }
    for (const KeptKey& kept : rows) BS_TRY(fill_row(*connection, kept));
    if (check) {
      auto query = BS_TRY(connection->query(kInsertCheck));
      query.bind_blob(1, as_text(*check));
      BS_TRY(query.run());
    }
    return transaction.commit();
  }

  Result<Use> record_use(const KeyId& id, tuf::Form form, std::int64_t version, Time now) override {
    auto connection = BS_TRY(pool_.acquire());
    auto transaction = BS_TRY(db::SqliteTransaction::begin(*connection));
    {
      auto query = BS_TRY(connection->query(kVersions));
      query.bind(1, id.str());
      if (!BS_TRY(query.step())) return Use::missing;
      if (!query.is_null(2)) return Use::retired;
      if (version < query.integer(version_column(form))) return Use::below_last;
    }
    {
      auto query = BS_TRY(connection->query(form == tuf::Form::notary ? kUseNotary : kUseTuf1));
      query.bind(1, id.str()).bind(2, version).bind(3, ticks(now));
      BS_TRY(query.run());
    }
    BS_TRY(transaction.commit());
    return Use::allowed;
  }

  Result<std::int64_t> last_version(const KeyId& id, tuf::Form form) override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query(kVersions));
    query.bind(1, id.str());
    return BS_TRY(query.step()) ? query.integer(version_column(form)) : 0;
  }

  Result<bool> retire_key(const KeyId& id, Time now) override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query(kRetireKey));
    query.bind(1, id.str()).bind(2, ticks(now));
    BS_TRY(query.run());
    return connection->changes() > 0;
  }

  Result<std::int64_t> retire(const Gun& gun, Time now) override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query(kRetire));
    query.bind(1, gun.str()).bind(2, ticks(now));
    BS_TRY(query.run());
    return connection->changes();
  }

  Result<std::optional<Bytes>> check_value() override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query("SELECT sealed FROM boltseal_vault_check WHERE number=1"));
    if (!BS_TRY(query.step())) return std::nullopt;
    return to_bytes(query.text(0));
  }

  Result<void> set_check_value(const Bytes& sealed) override {
    auto connection = BS_TRY(pool_.acquire());
    auto query = BS_TRY(connection->query(kInsertCheck));
    query.bind_blob(1, as_text(sealed));
    return as_exists(query.run());
  }

 private:
  static Result<void> fill_row(db::Sqlite& connection, const KeptKey& kept) {
    const KeyRow& row = kept.row;
    auto query = BS_TRY(connection.query(kFill));
    query.bind(1, row.gun.str()).bind(2, row.role.str()).bind(3, row.id.str()).bind(4, row.algorithm);
    query.bind_blob(5, as_text(row.spki)).bind_blob(6, as_text(row.sealed)).bind(7, ticks(row.created));
    for (const auto& [column, time] : {std::pair{8, row.last_used}, std::pair{9, row.retired}}) {
      if (time)
        query.bind(column, ticks(*time));
      else
        query.bind_null(column);
    }
    query.bind(10, kept.notary_version).bind(11, kept.tuf1_version);
    return as_exists(query.run());
  }

  /// A constraint that fails means here: it is there already.
  static Result<void> as_exists(Result<void> result) {
    if (!result && result.error().code() == ErrorCode::conflict)
      return fail(ErrorCode::already_exists, "the vault's table holds this already");
    return result;
  }

  db::SqlitePool pool_;
};

}  // namespace

Result<std::unique_ptr<KeyTable>> make_sqlite_key_table(const std::string& path) {
  auto table = std::make_unique<SqliteKeyTable>(path);
  BS_TRY(table->prepare());
  return table;
}

}  // namespace boltseal::vault
