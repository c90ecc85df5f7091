#include "server/storage/sql_queries.h"

#include <fmt/core.h>

namespace boltseal::server::sql {

Statement::Statement(std::string_view numbered) {
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    text_ += numbered[i];
    if (numbered[i] != '?') continue;
    order_.push_back(static_cast<std::size_t>(numbered[++i] - '1'));  // no statement has more than nine
  }
}

Result<db::Rows> Statement::run(db::Session& session, std::initializer_list<db::Value> values) const {
  std::vector<db::Value> ordered;
  ordered.reserve(order_.size());
  for (const std::size_t place : order_) {
    if (place >= values.size()) return fail(ErrorCode::internal, "a statement lacks a value");
    ordered.push_back(values.begin()[place]);
  }
  return session.run(text_, ordered);
}

namespace {

constexpr std::string_view kFile = "gun,role,version,data,sha256,created_at";

FileStatements file_statements(const Dialect& dialect, std::string_view table, bool with_form) {
  const std::string alive = with_form ? "deleted_at IS NULL AND form='tuf1'" : "deleted_at IS NULL";
  const std::string of_gun = fmt::format("{} AND {}", alive, dialect.same("gun", 1));
  const std::string of_role = fmt::format("{} AND {}", of_gun, dialect.same("role", 2));
  const auto select = [&](std::string_view columns, std::string_view where) {
    return fmt::format("SELECT {} FROM {} WHERE {}", columns, table, where);
  };
  const std::string_view newest = " ORDER BY version DESC LIMIT 1";
  const auto newest_of = [&](std::string_view role) {
    return fmt::format("({} AND role='{}'{})", select(kFile, of_gun), role, newest);
  };
  const std::string two = newest_of("timestamp") + " UNION ALL " + newest_of("snapshot");
  const std::string_view head = "gun,role,version,sha256";

  FileStatements out;
  out.highest = Statement(fmt::format("{}{}", select("version", of_role), newest));
  out.latest = Statement(fmt::format("{}{}", select(kFile, of_role), newest));
  out.by_version = Statement(select(kFile, of_role + " AND version=?3"));
  out.by_hash = Statement(fmt::format("{}{}", select(kFile, of_role + " AND sha256=?3"), newest));
  out.newest_two = Statement(two);
  out.newest_three = Statement(fmt::format("{} UNION ALL ({}{})", two, select(kFile, of_role), newest));
  out.insert = Statement(fmt::format(
      "INSERT INTO {}(created_at,updated_at,gun,role,version,data,sha256{}) VALUES(?6,?6,?1,?2,?3,?4,?5{})",
      table, with_form ? ",form" : "", with_form ? ",'tuf1'" : ""));
  out.heads = Statement(dialect.heads(head, table, alive));
  out.heads_of_gun = Statement(dialect.heads(head, table, of_gun));
  out.versions = Statement(select("role,version,created_at,OCTET_LENGTH(data)", of_gun));
  out.remove_range =
      Statement(fmt::format("DELETE FROM {} WHERE {} AND version>=?3 AND version<=?4", table, of_role));
  out.remove = Statement(fmt::format("DELETE FROM {} WHERE {}", table, dialect.same("gun", 1)));
  return out;
}

std::string feed(const Dialect& dialect, bool backward, bool one_gun) {
  return fmt::format(
      "SELECT id,created_at,gun,version,sha256,category FROM changefeed WHERE id{}?1{}{} ORDER BY id{} "
      "LIMIT ?2",
      backward ? "<" : ">", one_gun ? " AND " : "", one_gun ? dialect.same("gun", 3) : "",
      backward ? " DESC" : "");
}

/// GUNs of two tables in byte order: ?1 after, ?2 number of rows.
std::string names(std::string_view in_bytes, std::string_view one, std::string_view other,
                  std::string_view where) {
  return fmt::format(
      "SELECT gun FROM (SELECT {0} AS gun FROM {1} WHERE {3}{0}>?1 UNION SELECT {0} AS gun FROM {2} WHERE "
      "{3}{0}>?1) "
      "AS names ORDER BY {0} LIMIT ?2",
      in_bytes, one, other, where);
}

}  // namespace

Statements::Statements(const Dialect& dialect, std::string sender_name)
    : sender(std::move(sender_name)),
      time_digits(dialect.time_digits),
      notary(file_statements(dialect, "tuf_files", false)),
      tuf1(file_statements(dialect, "boltseal_files", true)) {
  const std::string gun = dialect.same("gun", 1);
  const std::string gun_bytes = dialect.in_bytes("gun");
  for (const std::string& lock : dialect.lock_gun) lock_gun.emplace_back(lock);
  lock_feed = Statement(dialect.lock_feed);
  notify = Statement(dialect.notify);
  twin = Statement(dialect.twin);
  insert_change =
      Statement("INSERT INTO changefeed(created_at,gun,version,sha256,category) VALUES(?5,?1,?2,?3,?4)");
  guns = Statement(names(gun_bytes, "tuf_files", "boltseal_files", "deleted_at IS NULL AND "));
  remembered = Statement(names(gun_bytes, "boltseal_guns", "boltseal_tombstones", ""));
  versions = Statement(fmt::format(
      "SELECT 'notary' AS form,role,version FROM tuf_files WHERE deleted_at IS NULL AND {0} UNION ALL "
      "SELECT form,role,version FROM boltseal_files WHERE deleted_at IS NULL AND {0}",
      gun));
  state_tag = Statement(fmt::format(
      "(SELECT 'notary' AS form,version,sha256 FROM tuf_files WHERE deleted_at IS NULL AND {0} AND "
      "role='timestamp' ORDER BY version DESC LIMIT 1) UNION ALL (SELECT form,version,sha256 FROM "
      "boltseal_files WHERE deleted_at IS NULL AND form='tuf1' AND {0} AND role='timestamp' ORDER BY "
      "version DESC LIMIT 1)",
      gun));
  holds_something = Statement(
      "(SELECT 1 FROM tuf_files LIMIT 1) UNION ALL (SELECT 1 FROM boltseal_files LIMIT 1) UNION ALL (SELECT "
      "1 "
      "FROM changefeed LIMIT 1) UNION ALL (SELECT 1 FROM boltseal_guns LIMIT 1) UNION ALL (SELECT 1 FROM "
      "boltseal_tombstones LIMIT 1)");
  lock_all = Statement(dialect.lock_all);
  after_fill = Statement(dialect.after_fill);
  fill_state =
      Statement("INSERT INTO boltseal_guns(gun,epoch,needs_recovery,reset_allowed) VALUES(?1,?2,?3,?4)");
  fill_change = Statement(
      "INSERT INTO changefeed(created_at,gun,version,sha256,category,id) VALUES(?5,?1,?2,?3,?4,?6)");
  tombstone = Statement("SELECT form,role,version,root,deleted_at FROM boltseal_tombstones WHERE " + gun);
  drop_tombstone = Statement("DELETE FROM boltseal_tombstones WHERE " + gun);
  bury = Statement(
      "INSERT INTO boltseal_tombstones(gun,form,role,version,root,deleted_at) VALUES(?1,?2,?3,?4,?5,?6)");
  state = Statement("SELECT epoch,needs_recovery,reset_allowed FROM boltseal_guns WHERE " + gun);
  make_state =
      Statement(fmt::format("{} boltseal_guns(gun) VALUES(?1) {}", dialect.insert_missing, dialect.or_leave));
  next_epoch = Statement("UPDATE boltseal_guns SET epoch=epoch+1,reset_allowed=0 WHERE " + gun);
  allow_reset = Statement("UPDATE boltseal_guns SET reset_allowed=1 WHERE " + gun);
  set_recovery = Statement("UPDATE boltseal_guns SET needs_recovery=?2 WHERE " + gun);
  feed_forward = Statement(feed(dialect, false, false));
  feed_backward = Statement(feed(dialect, true, false));
  gun_feed_forward = Statement(feed(dialect, false, true));
  gun_feed_backward = Statement(feed(dialect, true, true));
  feed_bound = Statement("SELECT id FROM changefeed ORDER BY id DESC LIMIT 1 OFFSET ?1");
  count_old_changes = Statement("SELECT COUNT(*) FROM changefeed WHERE id<=?1 AND created_at<?2");
  drop_old_changes = Statement("DELETE FROM changefeed WHERE id<=?1 AND created_at<?2");
}

}  // namespace boltseal::server::sql
