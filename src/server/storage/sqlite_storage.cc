#include "server/storage/sqlite_storage.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "server/storage/prune.h"
#include "server/storage/sql_values.h"
#include "server/storage/sqlite_fill.h"
#include "server/storage/sqlite_queries.h"
#include "server/storage/sqlite_schema.h"

namespace boltseal::server {
namespace {

class SqliteStorage final : public Storage {
 public:
  explicit SqliteStorage(const SqliteStorageOptions& options)
      : pool_(options.path, {.size = options.connections,
                             .connection = {.busy_timeout_ms = options.busy_timeout_ms},
                             .prepare = define_functions}) {}
  Result<void> open() {
    auto connection = BS_TRY(pool_.acquire());
    return create_schema(*connection);
  }

  Result<void> publish(const Batch& batch) override;
  Found latest(const Gun& gun, Form form, const RoleName& role) const override;
  Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const override;
  Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const override;
  Found current(const Gun& gun, Form form, const RoleName& role) const override;
  Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const override;
  Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const override;
  Result<std::vector<VersionName>> versions(const Gun& gun) const override;
  Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const override;
  Result<std::unique_ptr<StorageFill>> fill() override { return begin_sqlite_fill(pool_); }
  Result<bool> remove(const Gun& gun, Time now) override;
  Result<std::optional<Tombstone>> tombstone(const Gun& gun) const override;
  Result<GunState> state(const Gun& gun) const override;
  Result<void> set_needs_recovery(const Gun& gun, bool value) override;
  Result<void> allow_reset(const Gun& gun) override;
  Result<std::vector<Change>> changes(const std::optional<Gun>& gun, std::int64_t after,
                                      std::int64_t records) const override;
  Result<std::string> state_tag(const Gun& gun) const override;
  Result<PruneReport> prune(const PruneRules& rules, bool dry_run) override;
  Result<void> check() const override;

 private:
  mutable db::SqlitePool pool_;
};

/// One row with the columns version, data, sha256, created_at; nothing when there is none.
Storage::Found read_file(db::SqliteQuery& query) {
  if (!BS_TRY(query.step())) return std::nullopt;
  StoredFile file;
  file.version = query.integer(0);
  file.bytes = query.text(1);
  file.sha256 = BS_TRY(sql::parse_hash(query.text(2)));
  file.created = BS_TRY(sql::parse_time(query.text(3)));
  return file;
}

Result<std::int64_t> highest(db::Sqlite& db, const Gun& gun, Form form, const RoleName& role) {
  auto query = BS_TRY(db.query(sql::table(form).highest));
  query.bind(1, gun.str()).bind(2, role.str());
  const bool found = BS_TRY(query.step());
  return found ? query.integer(0) : 0;
}

Result<void> insert_file(db::Sqlite& db, const Batch& batch, const NewFile& file) {
  const std::string time = sql::format_time(batch.time);
  auto query = BS_TRY(db.query(sql::table(file.form).insert));
  query.bind(1, time).bind(2, batch.gun.str()).bind(3, file.role.str()).bind(4, file.version);
  query.bind_blob(5, file.bytes).bind(6, hex_encode(file.sha256));
  return query.run();
}

Result<void> record_change(db::Sqlite& db, Time time, const Gun& gun, std::int64_t version,
                           std::string_view sha256, std::string_view category) {
  auto query = BS_TRY(db.query(sql::kInsertChange));
  query.bind(1, sql::format_time(time)).bind(2, gun.str()).bind(3, version).bind(4, sha256).bind(5, category);
  return query.run();
}

Result<void> run_for_gun(db::Sqlite& db, std::string_view statement, const Gun& gun) {
  auto query = BS_TRY(db.query(statement));
  query.bind(1, gun.str());
  return query.run();
}

Result<GunState> read_state(db::Sqlite& db, const Gun& gun) {
  auto query = BS_TRY(db.query(sql::kState));
  query.bind(1, gun.str());
  if (!BS_TRY(query.step())) return GunState{};
  return GunState{query.integer(0), query.integer(1) != 0, query.integer(2) != 0};
}

Result<void> update_state(db::Sqlite& db, const Batch& batch) {
  if (!batch.reinitialises && !batch.needs_recovery) return {};
  BS_TRY(run_for_gun(db, sql::kMakeState, batch.gun));
  if (batch.reinitialises) {
    BS_TRY(run_for_gun(db, sql::kNextEpoch, batch.gun));
    BS_TRY(run_for_gun(db, sql::kDropTombstone, batch.gun));
  }
  if (batch.needs_recovery) {
    auto query = BS_TRY(db.query(sql::kSetRecovery));
    query.bind(1, batch.gun.str()).bind(2, std::int64_t{*batch.needs_recovery ? 1 : 0});
    BS_TRY(query.run());
  }
  return {};
}

Result<void> SqliteStorage::publish(const Batch& batch) {
  auto db = BS_TRY(pool_.acquire());
  auto transaction = BS_TRY(db::SqliteTransaction::begin(*db));
  for (const Basis& basis : batch.basis) {
    if (BS_TRY(highest(*db, batch.gun, basis.form, basis.role)) != basis.version) {
      return fail(ErrorCode::conflict,
                  fmt::format("{} was changed by another publish", escape_untrusted(basis.role.str())));
    }
  }
  if (batch.state && BS_TRY(read_state(*db, batch.gun)) != *batch.state) {
    return fail(ErrorCode::conflict, "the state of the repository was changed by another process");
  }
  for (const NewFile& file : batch.files) {
    const std::int64_t top = BS_TRY(highest(*db, batch.gun, file.form, file.role));
    if (file.version <= top) {
      return fail(ErrorCode::conflict, fmt::format("version {} of {} is not above {}", file.version,
                                                   escape_untrusted(file.role.str()), top));
    }
    BS_TRY(insert_file(*db, batch, file));
    if (file.form == Form::notary && file.role == RoleName::timestamp()) {
      BS_TRY(record_change(*db, batch.time, batch.gun, file.version, hex_encode(file.sha256), "update"));
    }
  }
  BS_TRY(update_state(*db, batch));
  return transaction.commit();
}

Storage::Found SqliteStorage::latest(const Gun& gun, Form form, const RoleName& role) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::table(form).latest));
  query.bind(1, gun.str()).bind(2, role.str());
  return read_file(query);
}

Storage::Found SqliteStorage::by_version(const Gun& gun, Form form, const RoleName& role,
                                         std::int64_t version) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::table(form).by_version));
  query.bind(1, gun.str()).bind(2, role.str()).bind(3, version);
  return read_file(query);
}

Storage::Found SqliteStorage::by_hash(const Gun& gun, Form form, const RoleName& role,
                                      const Sha256& sha256) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::table(form).by_hash));
  query.bind(1, gun.str()).bind(2, role.str()).bind(3, hex_encode(sha256));
  return read_file(query);
}

/// The newest timestamp; the snapshot that it names; the file that this names: one statement each.
Storage::Found find_current(db::Sqlite& db, const Gun& gun, Form form, const RoleName& role) {
  const sql::Table& table = sql::table(form);
  const bool newest = role == RoleName::timestamp() || (form == Form::tuf1 && role == RoleName::root());
  const bool snapshot = role == RoleName::snapshot();
  auto query =
      BS_TRY(db.query(newest ? table.latest : (snapshot ? table.current_snapshot : table.current_role)));
  query.bind(1, gun.str());
  if (!snapshot) query.bind(2, role.str());
  return read_file(query);
}

Result<std::string> SqliteStorage::state_tag(const Gun& gun) const {
  auto db = BS_TRY(pool_.acquire());
  std::string tag;
  for (const Form form : {Form::notary, Form::tuf1}) {
    auto query = BS_TRY(db->query(sql::table(form).tag));
    query.bind(1, gun.str()).bind(2, RoleName::timestamp().str());
    if (BS_TRY(query.step())) tag += fmt::format("{}:{};", query.integer(0), query.text(1));
  }
  return tag;
}

Storage::Found SqliteStorage::current(const Gun& gun, Form form, const RoleName& role) const {
  auto db = BS_TRY(pool_.acquire());
  return find_current(*db, gun, form, role);
}

Result<std::vector<Head>> SqliteStorage::heads(const std::optional<Gun>& gun) const {
  auto db = BS_TRY(pool_.acquire());
  std::vector<Head> out;
  for (const Form form : {Form::notary, Form::tuf1}) {
    auto query = BS_TRY(db->query(gun ? sql::table(form).heads_of_gun : sql::table(form).heads));
    if (gun) query.bind(1, gun->str());
    while (BS_TRY(query.step())) {
      out.push_back({BS_TRY(Gun::parse_lenient(query.text(0))), form,
                     BS_TRY(tuf::parse_role(form, query.text(1))), query.integer(2),
                     BS_TRY(sql::parse_hash(query.text(3)))});
    }
  }
  std::sort(out.begin(), out.end(), [](const Head& a, const Head& b) {
    return std::tie(a.gun, a.form, a.role) < std::tie(b.gun, b.form, b.role);
  });
  return out;
}

Result<std::vector<Gun>> SqliteStorage::guns(const std::string& after, std::size_t limit) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::kGuns));
  query.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Gun> out;
  while (BS_TRY(query.step())) out.push_back(BS_TRY(Gun::parse_lenient(query.text(0))));
  return out;
}

Result<std::vector<VersionName>> SqliteStorage::versions(const Gun& gun) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::kVersions));
  query.bind(1, gun.str());
  std::vector<VersionName> out;
  while (BS_TRY(query.step())) {
    const Form form = query.text(0) == "notary" ? Form::notary : Form::tuf1;
    out.push_back({form, BS_TRY(tuf::parse_role(form, query.text(1))), query.integer(2)});
  }
  return out;
}

Result<std::vector<Gun>> SqliteStorage::remembered(const std::string& after, std::size_t limit) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::kRemembered));
  query.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Gun> out;
  while (BS_TRY(query.step())) out.push_back(BS_TRY(Gun::parse_lenient(query.text(0))));
  return out;
}

Result<bool> SqliteStorage::remove(const Gun& gun, Time now) {
  auto db = BS_TRY(pool_.acquire());
  auto transaction = BS_TRY(db::SqliteTransaction::begin(*db));
  std::int64_t rows = 0;
  for (const Form form : {Form::notary, Form::tuf1}) {
    auto bury = BS_TRY(db->query(sql::table(form).bury));
    bury.bind(1, gun.str()).bind(2, sql::format_time(now));
    BS_TRY(bury.run());
    BS_TRY(run_for_gun(*db, sql::table(form).remove, gun));
    rows += db->changes();
  }
  if (rows == 0) return false;  // nothing was there: the transaction is undone
  BS_TRY(record_change(*db, now, gun, 0, "", "deletion"));
  BS_TRY(transaction.commit());
  return true;
}

Result<std::optional<Tombstone>> SqliteStorage::tombstone(const Gun& gun) const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::kTombstone));
  query.bind(1, gun.str());
  std::optional<Tombstone> stone;
  while (BS_TRY(query.step())) {
    if (!stone) stone.emplace();
    const Form form = query.text(0) == "notary" ? Form::notary : Form::tuf1;
    const RoleName role = BS_TRY(tuf::parse_role(form, query.text(1)));
    stone->versions[{form, role}] = query.integer(2);
    if (!query.is_null(3)) stone->roots[form] = query.text(3);
    stone->deleted = std::max(stone->deleted, BS_TRY(sql::parse_time(query.text(4))));
  }
  return stone;
}

Result<GunState> SqliteStorage::state(const Gun& gun) const {
  auto db = BS_TRY(pool_.acquire());
  return read_state(*db, gun);
}

Result<void> SqliteStorage::set_needs_recovery(const Gun& gun, bool value) {
  Batch batch{.gun = gun};
  batch.needs_recovery = value;
  auto db = BS_TRY(pool_.acquire());
  auto transaction = BS_TRY(db::SqliteTransaction::begin(*db));
  BS_TRY(update_state(*db, batch));
  return transaction.commit();
}

Result<void> SqliteStorage::allow_reset(const Gun& gun) {
  auto db = BS_TRY(pool_.acquire());
  auto transaction = BS_TRY(db::SqliteTransaction::begin(*db));
  BS_TRY(run_for_gun(*db, sql::kMakeState, gun));
  BS_TRY(run_for_gun(*db, sql::kAllowReset, gun));
  return transaction.commit();
}

Result<std::vector<Change>> SqliteStorage::changes(const std::optional<Gun>& gun, std::int64_t after,
                                                   std::int64_t records) const {
  const bool backwards = records < 0 || after < 0;
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query(sql::changes(backwards, gun.has_value())));
  const std::int64_t bound = backwards && after <= 0 ? INT64_MAX : after;
  query.bind(1, bound).bind(2, records < 0 ? -records : records);
  if (gun) query.bind(3, gun->str());
  std::vector<Change> out;
  while (BS_TRY(query.step())) {
    out.push_back({query.integer(0), BS_TRY(sql::parse_time(query.text(1))), query.text(2), query.integer(3),
                   query.text(4), query.text(5)});
  }
  if (backwards) std::reverse(out.begin(), out.end());
  return out;
}

Result<std::vector<StoredVersion>> find_versions(db::Sqlite& db, const Gun& gun, Form form) {
  auto query = BS_TRY(db.query(sql::table(form).versions));
  query.bind(1, gun.str());
  std::vector<StoredVersion> out;
  while (BS_TRY(query.step())) {
    out.push_back({BS_TRY(tuf::parse_role(form, query.text(0))), query.integer(1),
                   BS_TRY(sql::parse_time(query.text(2))), query.integer(3)});
  }
  return out;
}

Result<void> prune_files(db::Sqlite& db, const Gun& gun, const PruneRules& rules, bool dry_run,
                         PruneReport& report) {
  auto transaction = BS_TRY(db::SqliteTransaction::begin(db));
  const PruneAccess access{
      [&](Form form) { return find_versions(db, gun, form); },
      [&](Form form, const RoleName& role) -> Result<std::optional<std::int64_t>> {
        const auto file = BS_TRY(find_current(db, gun, form, role));
        return file ? std::optional(file->version) : std::nullopt;
      },
      [&](Form form, const PruneRange& range) -> Result<void> {
        auto query = BS_TRY(db.query(sql::table(form).remove_range));
        query.bind(1, gun.str()).bind(2, range.role.str()).bind(3, range.low).bind(4, range.high);
        return query.run();
      }};
  BS_TRY(prune_gun(access, rules, dry_run, report));
  return transaction.commit();
}

Result<std::int64_t> prune_changes(db::Sqlite& db, const PruneRules& rules, bool dry_run) {
  auto bound = BS_TRY(db.query(sql::kFeedBound));
  bound.bind(1, std::max<std::int64_t>(rules.keep_changes, 0));
  if (!BS_TRY(bound.step())) return 0;
  auto query = BS_TRY(db.query(dry_run ? sql::kCountOldChanges : sql::kDropOldChanges));
  query.bind(1, bound.integer(0)).bind(2, sql::format_time(rules.superseded_before));
  const bool counted = BS_TRY(query.step());
  return counted ? query.integer(0) : db.changes();
}

Result<PruneReport> SqliteStorage::prune(const PruneRules& rules, bool dry_run) {
  PruneReport report;
  for (std::string after;;) {
    const auto page = BS_TRY(guns(after, kGunPage));
    auto db = BS_TRY(pool_.acquire());
    for (const Gun& gun : page) BS_TRY(prune_files(*db, gun, rules, dry_run, report));
    if (page.size() < kGunPage) {
      report.changes = BS_TRY(prune_changes(*db, rules, dry_run));
      return report;
    }
    after = page.back().str();
  }
}

Result<void> SqliteStorage::check() const {
  auto db = BS_TRY(pool_.acquire());
  auto query = BS_TRY(db->query("SELECT 1 FROM tuf_files LIMIT 1"));
  return query.run();
}

}  // namespace

Result<std::unique_ptr<Storage>> make_sqlite_storage(const SqliteStorageOptions& options) {
  auto storage = std::make_unique<SqliteStorage>(options);
  BS_TRY(storage->open());
  return std::unique_ptr<Storage>(std::move(storage));
}

}  // namespace boltseal::server
