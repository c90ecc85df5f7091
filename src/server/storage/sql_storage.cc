#include "server/storage/sql_storage.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "server/storage/sql_files.h"
#include "server/storage/sql_fill.h"
#include "server/storage/sql_queries.h"
#include "server/storage/sql_schema.h"
#include "server/storage/sql_transactions.h"
#include "server/storage/sql_values.h"
#include "server/storage/sql_writes.h"

namespace boltseal::server {
namespace {

using db::Session;
using sql::End;

class SqlStorage final : public Storage {
 public:
  SqlStorage(SqlStorageOptions options, const sql::Dialect& dialect)
      : patient_(options.patient ? std::move(options.patient) : options.connect),
        sessions_(std::move(options.connect), options.pool),
        sql_(dialect, std::move(options.sender)) {}

  Result<void> publish(const Batch& batch) override;
  Found latest(const Gun& gun, Form form, const RoleName& role) const override;
  Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const override;
  Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const override;
  Found current(const Gun& gun, Form form, const RoleName& role) const override;
  Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const override;
  Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const override;
  Result<std::vector<VersionName>> versions(const Gun& gun) const override;
  Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const override;
  Result<std::unique_ptr<StorageFill>> fill() override { return sql::begin_fill(sessions_, sql_); }
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
  Result<bool> is_stored(const Batch& batch) const;
  Result<std::vector<Gun>> names(const sql::Statement& statement, const std::string& after,
                                 std::size_t limit) const;

  db::Connect patient_;
  mutable sql::Sessions sessions_;
  const sql::Statements sql_;
};

tl::unexpected<Error> unknown_end() {
  return fail(ErrorCode::unreachable, "the connection to the database was lost during the commit",
              "look whether the change is there before trying again");
}

/// Every file of the batch: then its transaction took effect, since signatures differ between two publishes.
Result<bool> SqlStorage::is_stored(const Batch& batch) const {
  for (const NewFile& file : batch.files) {
    const auto found = BS_TRY(by_version(batch.gun, file.form, file.role, file.version));
    if (!found || found->sha256 != file.sha256) return false;
  }
  return !batch.files.empty();
}

Result<void> SqlStorage::publish(const Batch& batch) {
  std::optional<Error> refusal;
  const End end = BS_TRY(sessions_.transact(sql_, batch.gun, [&](Session& session) -> Result<bool> {
    refusal = BS_TRY(sql::store_batch(session, sql_, batch));
    return !refusal;
  }));
  if (refusal) return fail(*std::move(refusal));
  if (end == End::lost && !is_stored(batch).value_or(false)) return unknown_end();
  return {};
}

Result<void> SqlStorage::set_needs_recovery(const Gun& gun, bool value) {
  Batch batch{.gun = gun};
  batch.needs_recovery = value;
  return publish(batch);
}

Result<bool> SqlStorage::remove(const Gun& gun, Time now) {
  const End end = BS_TRY(sessions_.transact(
      sql_, gun, [&](Session& session) { return sql::remove_gun(session, sql_, gun, now); }));
  if (end == End::lost) return unknown_end();
  return end == End::committed;
}

Result<void> SqlStorage::allow_reset(const Gun& gun) {
  const End end = BS_TRY(sessions_.transact(sql_, gun, [&](Session& session) -> Result<bool> {
    BS_TRY(sql::allow_reset(session, sql_, gun));
    return true;
  }));
  if (end == End::lost) return unknown_end();
  return {};
}

Result<PruneReport> SqlStorage::prune(const PruneRules& rules, bool dry_run) {
  PruneReport total, part;
  for (std::string after;;) {
    const auto page = BS_TRY(guns(after, kGunPage));
    for (const Gun& gun : page) {
      const End end = BS_TRY(sessions_.transact(sql_, gun, [&](Session& session) -> Result<bool> {
        part = BS_TRY(sql::prune_files(session, sql_, gun, rules, dry_run));
        return !dry_run && part.files > 0;
      }));
      if (end == End::lost) return unknown_end();
      total.files += part.files;
      total.bytes += part.bytes;
    }
    if (page.size() < kGunPage) break;
    after = page.back().str();
  }
  const End end = BS_TRY(sessions_.transact([&](Session& session) -> Result<bool> {
    total.changes = BS_TRY(sql::prune_feed(session, sql_, rules, dry_run));
    return !dry_run && total.changes > 0;
  }));
  if (end == End::lost) return unknown_end();
  return total;
}

Storage::Found SqlStorage::latest(const Gun& gun, Form form, const RoleName& role) const {
  return sessions_.read([&](Session& session) { return sql::find_latest(session, sql_, {gun, form, role}); });
}

Storage::Found SqlStorage::by_version(const Gun& gun, Form form, const RoleName& role,
                                      std::int64_t version) const {
  return sessions_.read(
      [&](Session& session) { return sql::find_version(session, sql_, {gun, form, role}, version); });
}

Storage::Found SqlStorage::by_hash(const Gun& gun, Form form, const RoleName& role,
                                   const Sha256& sha256) const {
  return sessions_.read(
      [&](Session& session) { return sql::find_hash(session, sql_, {gun, form, role}, sha256); });
}

Storage::Found SqlStorage::current(const Gun& gun, Form form, const RoleName& role) const {
  return sessions_.read(
      [&](Session& session) { return sql::find_current(session, sql_, {gun, form, role}); });
}

Result<std::vector<Head>> SqlStorage::heads(const std::optional<Gun>& gun) const {
  std::vector<Head> out;
  const auto patient = gun ? nullptr : BS_TRY(patient_());
  for (const Form form : {Form::notary, Form::tuf1}) {
    const auto find = [&](Session& session) { return sql::find_heads(session, sql_, form, gun); };
    auto more = BS_TRY(gun ? sessions_.read(find) : find(*patient));
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }
  std::sort(out.begin(), out.end(), [](const Head& a, const Head& b) {
    return std::tie(a.gun, a.form, a.role) < std::tie(b.gun, b.form, b.role);
  });
  return out;
}

Result<std::vector<Gun>> SqlStorage::guns(const std::string& after, std::size_t limit) const {
  return names(sql_.guns, after, limit);
}

Result<std::vector<Gun>> SqlStorage::remembered(const std::string& after, std::size_t limit) const {
  return names(sql_.remembered, after, limit);
}

Result<std::vector<Gun>> SqlStorage::names(const sql::Statement& statement, const std::string& after,
                                           std::size_t limit) const {
  std::vector<Gun> out;
  std::string from = after;
  const auto patient = BS_TRY(patient_());
  while (out.size() < limit) {
    const auto wanted = static_cast<std::int64_t>(limit - out.size());
    const auto rows = BS_TRY(statement.run(*patient, {std::string_view(from), wanted}));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      // What no Gun can be cannot be asked for either.
      if (auto name = Gun::parse_lenient(rows.text(row, 0))) out.push_back(*std::move(name));
    }
    if (static_cast<std::int64_t>(rows.size()) < wanted) break;
    from = rows.text(rows.size() - 1, 0);
  }
  return out;
}

Result<std::vector<Change>> SqlStorage::changes(const std::optional<Gun>& gun, std::int64_t after,
                                                std::int64_t records) const {
  const bool backward = records < 0 || after < 0;
  const std::int64_t bound = backward && after <= 0 ? INT64_MAX : after;
  const std::int64_t count = records < 0 ? -records : records;
  const sql::Statement& statement = gun ? (backward ? sql_.gun_feed_backward : sql_.gun_feed_forward)
                                        : (backward ? sql_.feed_backward : sql_.feed_forward);
  const std::string_view name = gun ? std::string_view(gun->str()) : std::string_view();
  db::Rows rows =
      BS_TRY(sessions_.read([&](Session& session) { return statement.run(session, {bound, count, name}); }));
  std::vector<Change> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (gun && rows.text(row, 2) != gun->str()) continue;
    const Time created = rows.is_null(row, 1) ? Time{} : BS_TRY(sql::parse_time(rows.take(row, 1)));
    // The column of the hash is padded with blanks: a deletion has nothing but these.
    out.push_back({rows.integer(row, 0), created, rows.take(row, 2), rows.integer(row, 3),
                   std::string(sql::without_blanks(rows.text(row, 4))), rows.take(row, 5)});
  }
  if (backward) std::reverse(out.begin(), out.end());
  return out;
}

Result<void> SqlStorage::check() const {
  BS_TRY(sessions_.read([](Session& session) { return session.run("SELECT 1 FROM tuf_files LIMIT 1"); }));
  return {};
}

Result<std::optional<Tombstone>> SqlStorage::tombstone(const Gun& gun) const {
  return sessions_.read([&](Session& session) { return sql::find_tombstone(session, sql_, gun); });
}

Result<GunState> SqlStorage::state(const Gun& gun) const {
  return sessions_.read([&](Session& session) { return sql::find_state(session, sql_, gun); });
}

Result<std::vector<VersionName>> SqlStorage::versions(const Gun& gun) const {
  const auto rows =
      BS_TRY(sessions_.read([&](Session& session) { return sql_.versions.run(session, {gun.str()}); }));
  std::vector<VersionName> out;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Form form = rows.text(row, 0) == tuf::name_of(Form::notary) ? Form::notary : Form::tuf1;
    auto role = tuf::parse_role(form, rows.text(row, 1));
    if (role) out.push_back({form, *std::move(role), rows.integer(row, 2)});
  }
  std::sort(out.begin(), out.end(), [](const VersionName& a, const VersionName& b) {
    return std::tie(a.form, a.role, a.version) < std::tie(b.form, b.role, b.version);
  });
  return out;
}

Result<std::string> SqlStorage::state_tag(const Gun& gun) const {
  const auto rows =
      BS_TRY(sessions_.read([&](Session& session) { return sql_.state_tag.run(session, {gun.str()}); }));
  std::string notary, tuf1;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool first = rows.text(row, 0) == tuf::name_of(Form::notary);
    (first ? notary : tuf1) = fmt::format("{}:{};", rows.integer(row, 1), rows.text(row, 2));
  }
  return notary + tuf1;
}

}  // namespace

Result<std::unique_ptr<Storage>> make_sql_storage(SqlStorageOptions options) {
  auto session = BS_TRY(options.connect());
  const sql::Dialect& dialect = sql::dialect(session->dialect());
  BS_TRY(sql::make_tables(*session, dialect));
  session.reset();
  return std::unique_ptr<Storage>(std::make_unique<SqlStorage>(std::move(options), dialect));
}

}  // namespace boltseal::server
