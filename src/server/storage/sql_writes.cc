#include "server/storage/sql_writes.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "server/storage/prune.h"
#include "server/storage/sql_files.h"
#include "server/storage/sql_values.h"

namespace boltseal::server::sql {
namespace {

using db::Blob;
using db::Session;

/// Two names, one key: the tables of notary-server cannot hold both, and it would serve one for the other.
/// Which name it is would tell a publisher of repositories that are none of his.
Result<std::optional<Error>> twin_of(Session& session, const Statements& sql, const Gun& gun,
                                     const RoleName& role, std::int64_t version) {
  if (sql.twin.text().empty()) return std::nullopt;
  const auto rows = BS_TRY(sql.twin.run(session, {gun.str(), role.str(), version}));
  if (rows.empty()) return std::nullopt;
  return Error(
      ErrorCode::already_exists,
      fmt::format(
          "the database takes the name of a repository or role that is there for {} of {}: they differ "
          "only in case, accents or blanks at the end",
          escape_untrusted(role.str()), escape_untrusted(gun.str())),
      "choose another name; for names that differ in case or accents the server's operator can run instead: "
      "ALTER TABLE tuf_files MODIFY gun VARCHAR(255) CHARACTER SET utf8 COLLATE utf8_bin NOT NULL, MODIFY "
      "role "
      "VARCHAR(255) CHARACTER SET utf8 COLLATE utf8_bin NOT NULL (notary-server goes on with it)");
}

/// Why the batch cannot be stored, if so.
Result<std::optional<Error>> objection(Session& session, const Statements& sql, const Batch& batch) {
  std::map<std::pair<Form, RoleName>, std::int64_t> tops;
  const auto top = [&](Form form, const RoleName& role) -> Result<std::int64_t*> {
    const auto [it, fresh] = tops.try_emplace({form, role}, 0);
    if (fresh) it->second = BS_TRY(highest_version(session, sql, {batch.gun, form, role}));
    return &it->second;
  };
  for (const Basis& basis : batch.basis) {
    if (*BS_TRY(top(basis.form, basis.role)) != basis.version) {
      return Error(ErrorCode::conflict,
                   fmt::format("{} was changed by another publish", escape_untrusted(basis.role.str())));
    }
  }
  if (batch.state && BS_TRY(find_state(session, sql, batch.gun)) != *batch.state) {
    return Error(ErrorCode::conflict, "the state of the repository was changed by another process");
  }
  for (const NewFile& file : batch.files) {
    std::int64_t& highest = *BS_TRY(top(file.form, file.role));
    if (highest == 0 && file.form == Form::notary) {
      if (auto twin = BS_TRY(twin_of(session, sql, batch.gun, file.role, 0))) return twin;
    }
    if (file.version <= highest) {
      return Error(ErrorCode::conflict, fmt::format("version {} of {} is not above {}", file.version,
                                                    escape_untrusted(file.role.str()), highest));
    }
    if (file.form == Form::notary && file.version > kMostOfNotary) {
      return Error(ErrorCode::limit_exceeded,
                   fmt::format("version {} of {} does not fit notary-server's table", file.version,
                               escape_untrusted(file.role.str())));
    }
    highest = file.version;
  }
  return std::nullopt;
}

Result<std::optional<Error>> insert_files(Session& session, const Statements& sql, const Batch& batch) {
  const std::string time = format_time(batch.time, sql.time_digits);
  for (const NewFile& file : batch.files) {
    const std::string hex = hex_encode(file.sha256);
    const auto stored = sql.of(file.form).insert.run(
        session, {batch.gun.str(), file.role.str(), file.version, Blob{file.bytes}, std::string_view(hex),
                  std::string_view(time)});
    if (stored) continue;
    // Twins that notary-server let in stand until their versions meet.
    if (stored.error().code() == ErrorCode::conflict && file.form == Form::notary) {
      if (auto twin = BS_TRY(twin_of(session, sql, batch.gun, file.role, file.version))) return twin;
    }
    return fail(stored.error());
  }
  return std::nullopt;
}

Result<void> record_change(Session& session, const Statements& sql, const Gun& gun, std::int64_t version,
                           std::string_view sha256, std::string_view category, Time time) {
  if (!sql.lock_feed.text().empty()) BS_TRY(sql.lock_feed.run(session));
  const std::string when = format_time(time, sql.time_digits);
  BS_TRY(sql.insert_change.run(session, {gun.str(), version, sha256, category, std::string_view(when)}));
  return {};
}

Result<void> tell(Session& session, const Statements& sql, const Gun& gun) {
  if (sql.notify.text().empty()) return {};
  const std::string notice = sql.sender + " " + gun.str();
  BS_TRY(sql.notify.run(session, {std::string_view(notice)}));
  return {};
}

Result<void> update_state(Session& session, const Statements& sql, const Batch& batch) {
  if (!batch.reinitialises && !batch.needs_recovery) return {};
  BS_TRY(sql.make_state.run(session, {batch.gun.str()}));
  if (batch.reinitialises) {
    BS_TRY(sql.next_epoch.run(session, {batch.gun.str()}));
    BS_TRY(sql.drop_tombstone.run(session, {batch.gun.str()}));
  }
  if (batch.needs_recovery) {
    BS_TRY(sql.set_recovery.run(session, {batch.gun.str(), std::int64_t{*batch.needs_recovery ? 1 : 0}}));
  }
  return {};
}

}  // namespace

Result<std::optional<Error>> store_batch(Session& session, const Statements& sql, const Batch& batch) {
  if (auto refusal = BS_TRY(objection(session, sql, batch))) return refusal;
  if (auto refusal = BS_TRY(insert_files(session, sql, batch))) return refusal;
  BS_TRY(update_state(session, sql, batch));
  BS_TRY(tell(session, sql, batch.gun));
  for (const NewFile& file : batch.files) {
    if (file.form != Form::notary || file.role != RoleName::timestamp()) continue;
    BS_TRY(
        record_change(session, sql, batch.gun, file.version, hex_encode(file.sha256), "update", batch.time));
  }
  return std::nullopt;
}

Result<bool> remove_gun(Session& session, const Statements& sql, const Gun& gun, Time now) {
  Tombstone stone = BS_TRY(find_tombstone(session, sql, gun)).value_or(Tombstone{});
  stone.deleted = now;
  std::int64_t rows = 0;
  for (const Form form : {Form::notary, Form::tuf1}) {
    for (const Head& head : BS_TRY(find_heads(session, sql, form, gun))) {
      std::int64_t& version = stone.versions[{form, head.role}];
      version = std::max(version, head.version);
    }
    const auto root = BS_TRY(find_latest(session, sql, {gun, form, RoleName::root()}));
    if (root) stone.roots[form] = root->bytes;
    rows += BS_TRY(sql.of(form).remove.run(session, {gun.str()})).changed();
  }
  if (rows == 0) return false;
  BS_TRY(sql.drop_tombstone.run(session, {gun.str()}));
  BS_TRY(insert_tombstone(session, sql, gun, stone));
  BS_TRY(tell(session, sql, gun));
  BS_TRY(record_change(session, sql, gun, 0, "", "deletion", now));
  return true;
}

Result<void> allow_reset(Session& session, const Statements& sql, const Gun& gun) {
  BS_TRY(sql.make_state.run(session, {gun.str()}));
  BS_TRY(sql.allow_reset.run(session, {gun.str()}));
  return tell(session, sql, gun);
}

Result<void> insert_tombstone(Session& session, const Statements& sql, const Gun& gun,
                              const Tombstone& stone) {
  const std::string time = format_time(stone.deleted, sql.time_digits);
  for (const auto& [key, version] : stone.versions) {
    const auto& [form, role] = key;
    const auto root = stone.roots.find(form);
    const bool has_root = role == RoleName::root() && root != stone.roots.end();
    const db::Value bytes = has_root ? db::Value(Blob{root->second}) : db::Value();
    BS_TRY(sql.bury.run(session,
                        {gun.str(), tuf::name_of(form), role.str(), version, bytes, std::string_view(time)}));
  }
  return {};
}

Result<std::optional<Tombstone>> find_tombstone(Session& session, const Statements& sql, const Gun& gun) {
  db::Rows rows = BS_TRY(sql.tombstone.run(session, {gun.str()}));
  std::optional<Tombstone> stone;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!stone) stone.emplace();
    const Form form = rows.text(row, 0) == "notary" ? Form::notary : Form::tuf1;
    const RoleName role = BS_TRY(tuf::parse_role(form, rows.text(row, 1)));
    stone->versions[{form, role}] = rows.integer(row, 2);
    if (!rows.is_null(row, 3)) stone->roots[form] = rows.take(row, 3);
    stone->deleted = std::max(stone->deleted, BS_TRY(parse_time(rows.take(row, 4))));
  }
  return stone;
}

Result<PruneReport> prune_files(Session& session, const Statements& sql, const Gun& gun,
                                const PruneRules& rules, bool dry_run) {
  const PruneAccess access{
      [&](Form form) { return find_versions(session, sql, form, gun); },
      [&](Form form, const RoleName& role) -> Result<std::optional<std::int64_t>> {
        const auto file = BS_TRY(find_current(session, sql, {gun, form, role}));
        return file ? std::optional(file->version) : std::nullopt;
      },
      [&](Form form, const PruneRange& range) -> Result<void> {
        BS_TRY(sql.of(form).remove_range.run(session, {gun.str(), range.role.str(), range.low, range.high}));
        return {};
      }};
  PruneReport report;
  BS_TRY(prune_gun(access, rules, dry_run, report));
  return report;
}

Result<std::int64_t> prune_feed(Session& session, const Statements& sql, const PruneRules& rules,
                                bool dry_run) {
  const auto bound = BS_TRY(sql.feed_bound.run(session, {std::max<std::int64_t>(rules.keep_changes, 0)}));
  if (bound.empty()) return 0;
  const std::string before = format_time(rules.superseded_before, sql.time_digits);
  const std::initializer_list<db::Value> values{bound.integer(0, 0), std::string_view(before)};
  if (dry_run) return BS_TRY(sql.count_old_changes.run(session, values)).integer(0, 0);
  return BS_TRY(sql.drop_old_changes.run(session, values)).changed();
}

}  // namespace boltseal::server::sql
