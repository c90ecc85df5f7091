#include "server/storage/sqlite_queries.h"

#include <fmt/core.h>

namespace boltseal::server::sql {
namespace {

/// How files of a form name each other: the function that reads the name, the column that it is compared
/// with.
struct Link {
  std::string_view function;
  std::string_view column;
  std::string_view before, after;  // around the call: a cast
  std::string_view index;          // hint: without statistics SQLite would scan all versions of the role
};

Table make_table(std::string_view name, bool with_form, const Link& link) {
  const auto where = [&](std::string_view alias) {
    const std::string dot = alias.empty() ? "" : fmt::format("{}.", alias);
    return fmt::format("{0}deleted_at IS NULL AND {1}{0}gun=?1 AND {0}role=", dot,
                       with_form ? dot + "form='tuf1' AND " : "");
  };
  const auto columns = [](std::string_view alias) {
    return fmt::format("{0}.version,{0}.data,{0}.sha256,{0}.created_at", alias);
  };
  // The walk of "current": the newest timestamp, then what it names, then what that names, each by an index.
  const std::string timestamp = fmt::format(
      "(SELECT data FROM {} WHERE {}'timestamp' ORDER BY version DESC LIMIT 1) t", name, where(""));
  const auto linked = [&](std::string_view alias, std::string_view call, std::string_view role_value) {
    return fmt::format(" CROSS JOIN {0} {1} {2} ON {1}.{3}={4}{5}{6}{7} AND {8}{9}", name, alias, link.index,
                       link.column, link.before, link.function, call, link.after, where(alias), role_value);
  };
  const std::string snapshot = timestamp + linked("s", "(t.data,'snapshot')", "'snapshot'");
  const std::string role = snapshot + linked("r", "(s.data,?2)", "?2");
  const std::string from =
      fmt::format("SELECT version,data,sha256,created_at FROM {} WHERE {}?2", name, where(""));
  const std::string form_column = with_form ? ",form" : "";
  const std::string form_value = with_form ? ",'tuf1'" : "";
  const std::string form_text = with_form ? "'tuf1'" : "'notary'";
  const std::string heads =
      fmt::format("SELECT gun,role,MAX(version),sha256 FROM {} WHERE deleted_at IS NULL", name);

  Table table;
  table.highest =
      fmt::format("SELECT version FROM {} WHERE {}?2 ORDER BY version DESC LIMIT 1", name, where(""));
  table.tag =
      fmt::format("SELECT version,sha256 FROM {} WHERE {}?2 ORDER BY version DESC LIMIT 1", name, where(""));
  table.latest = from + " ORDER BY version DESC LIMIT 1";
  table.by_version = from + " AND version=?3";
  table.by_hash = fmt::format(
      "SELECT version,data,sha256,created_at FROM {0} INDEXED BY {0}_sha256_idx WHERE sha256=?3 AND {1}?2 "
      "ORDER BY version DESC LIMIT 1",
      name, where(""));
  table.current_snapshot = fmt::format("SELECT {} FROM {}", columns("s"), snapshot);
  table.current_role = fmt::format("SELECT {} FROM {}", columns("r"), role);
  table.insert = fmt::format(
      "INSERT INTO {}(created_at,updated_at,gun,role,version,data,sha256{}) VALUES(?1,?1,?2,?3,?4,?5,?6{})",
      name, form_column, form_value);
  table.heads = heads + " GROUP BY gun,role";
  table.heads_of_gun = heads + " AND gun=?1 GROUP BY gun,role";
  table.bury = fmt::format(
      "INSERT INTO boltseal_tombstones(gun,form,role,version,root,deleted_at) "
      "SELECT gun,{0},role,MAX(version),CASE role WHEN 'root' THEN data END,?2 FROM {1} WHERE gun=?1 GROUP "
      "BY role "
      "ON CONFLICT(gun,form,role) DO UPDATE SET version=MAX(version,excluded.version),root=excluded.root,"
      "deleted_at=excluded.deleted_at",
      form_text, name);
  table.remove = fmt::format("DELETE FROM {} WHERE gun=?1", name);
  table.versions =
      fmt::format("SELECT role,version,created_at,LENGTH(data) FROM {} WHERE deleted_at IS NULL AND {}gun=?1",
                  name, with_form ? "form='tuf1' AND " : "");
  table.remove_range =
      fmt::format("DELETE FROM {} WHERE {}?2 AND version>=?3 AND version<=?4", name, where(""));
  return table;
}

}  // namespace

const Table& table(tuf::Form form) {
  static const Table notary = make_table(
      "tuf_files", false,
      {.function = "boltseal_named_hash", .column = "sha256", .index = "INDEXED BY tuf_files_sha256_idx"});
  static const Table tuf1 = make_table("boltseal_files", true,
                                       {.function = "boltseal_named_version",
                                        .column = "version",
                                        .before = "CAST(",
                                        .after = " AS INTEGER)"});
  return form == tuf::Form::notary ? notary : tuf1;
}

std::string_view changes(bool backwards, bool one_gun) {
  if (!backwards) {
    return one_gun ? "SELECT id,created_at,gun,version,sha256,category FROM changefeed WHERE id>?1 AND "
                     "gun=?3 ORDER BY "
                     "id LIMIT ?2"
                   : "SELECT id,created_at,gun,version,sha256,category FROM changefeed WHERE id>?1 ORDER BY "
                     "id LIMIT ?2";
  }
  return one_gun ? "SELECT id,created_at,gun,version,sha256,category FROM changefeed WHERE id<?1 AND gun=?3 "
                   "ORDER BY id "
                   "DESC LIMIT ?2"
                 : "SELECT id,created_at,gun,version,sha256,category FROM changefeed WHERE id<?1 ORDER BY id "
                   "DESC LIMIT "
                   "?2";
}

}  // namespace boltseal::server::sql
