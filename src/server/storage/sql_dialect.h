// Where SQL servers differ, as far as the SQL storage is concerned. All else is one text for all of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/sql.h"

namespace boltseal::server::sql {

/// Texts have numbered values (?1, ?2, ...), which may stand in them more than once.
struct Dialect {
  /// `column` equals value number `number`, byte by byte (SECURITY rule 23).
  std::string (*same)(std::string_view column, int number);
  /// An expression that sorts and compares as the bytes do.
  std::string (*in_bytes)(std::string_view column);
  /// The rows of the highest version of each (gun, role) of `table` that fulfil `where`.
  std::string (*heads)(std::string_view columns, std::string_view table, std::string_view where);
  /// INSERT that leaves a row that is there: before and after the table, columns and values.
  std::string_view insert_missing, or_leave;

  /// Held until the transaction ends. A GUN (?1), taken before anything of it is read or written; the feed,
  /// taken last, so that rows become visible in the order of their ids; the schema.
  std::vector<std::string> lock_gun;
  std::string_view lock_feed, lock_schema;
  /// Keeps all other writers of any GUN away; empty where a server has no such lock.
  std::string_view lock_all;
  /// After rows with ids of their own: the feed's next id is above them. Empty where that goes by itself.
  std::string_view after_fill;
  /// Tells the other replicas at commit what has changed (?1: "<sender> <GUN>"); empty where a server cannot.
  std::string_view notify;

  /// A row if tuf_files has files of another GUN or role that its unique key takes for ?1 and ?2: of version
  /// ?3, or of any if that is 0. Empty where there is no such thing.
  std::string_view twin;

  std::string_view existing_tables;  ///< names of the tables that notary-server would have, one a row
  std::string_view notary_tables;    ///< makes these, as its migrations leave them
  std::string_view own_tables;       ///< makes ours where they are missing
  int time_digits;                   ///< of a second, in created_at
};

const Dialect& dialect(db::Dialect which);
const Dialect& postgres_dialect();
const Dialect& mysql_dialect();

}  // namespace boltseal::server::sql
