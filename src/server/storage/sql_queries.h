// The statements of the storage on SQL servers.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql.h"
#include "server/storage/sql_dialect.h"
#include "tuf/form.h"

namespace boltseal::server::sql {

/// A text with numbered values as drivers take it: `?` for each, with the numbers in order.
class Statement {
 public:
  Statement() = default;
  explicit Statement(std::string_view numbered);
  /// Value ?1 is the first. Errors as Session::run.
  Result<db::Rows> run(db::Session& session, std::initializer_list<db::Value> values = {}) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::size_t> order_;
};

/// Over the table of one form. ?1 is the GUN and ?2 the role unless said otherwise; file queries give gun,
/// role, version, data, sha256, created_at.
struct FileStatements {
  Statement highest;  ///< the version, or no row
  Statement latest;
  Statement by_version;    ///< ?3 version
  Statement by_hash;       ///< ?3 hex
  Statement insert;        ///< ?3 version, ?4 data, ?5 hex, ?6 time
  Statement newest_two;    ///< the newest timestamp and snapshot
  Statement newest_three;  ///< these and the newest of another role
  Statement heads;         ///< gun, role, version, sha256 of all
  Statement heads_of_gun;  ///< the same
  Statement versions;      ///< role, version, created_at, bytes
  Statement remove_range;  ///< ?3 lowest, ?4 highest version
  Statement remove;        ///< all of the GUN
};

struct Statements {
  /// `sender` begins the notices of this process.
  explicit Statements(const Dialect& dialect, std::string sender = {});
  const FileStatements& of(tuf::Form form) const { return form == tuf::Form::notary ? notary : tuf1; }

  std::string sender;
  int time_digits;  ///< of a second, in the columns for times
  FileStatements notary, tuf1;
  std::vector<Statement> lock_gun;
  Statement lock_feed, notify;
  Statement twin;           ///< Dialect::twin
  Statement insert_change;  ///< ?2 version, ?3 hex, ?4 category, ?5 time
  Statement guns;           ///< ?1 after, ?2 number of rows
  Statement tombstone;      ///< form, role, version, root, deleted_at
  Statement drop_tombstone;
  Statement bury;        ///< ?2 form, ?3 role, ?4 version, ?5 root, ?6 time
  Statement versions;    ///< form, role, version
  Statement state_tag;   ///< form, version and hex of the newest timestamps
  Statement remembered;  ///< ?1 after, ?2 number of rows
  Statement holds_something, lock_all, after_fill;
  Statement fill_state;   ///< ?2 epoch, ?3 needs_recovery, ?4 reset_allowed
  Statement fill_change;  ///< as insert_change, ?6 id
  Statement state, make_state, next_epoch, allow_reset;
  Statement set_recovery;                         ///< ?2 value
  Statement feed_forward, feed_backward;          ///< ?1 bound, ?2 number of rows
  Statement gun_feed_forward, gun_feed_backward;  ///< the same of GUN ?3
  Statement feed_bound;                           ///< ?1 offset: the newest row that is not among the newest
  Statement count_old_changes, drop_old_changes;  ///< ?1 highest id, ?2 time
};

}  // namespace boltseal::server::sql
