// SQLite as this project uses it: connections, cached statements, transactions, a small pool.
//
// Every connection runs with WAL, synchronous=FULL (a commit that returned survives power loss),
// foreign_keys=ON, trusted_schema=OFF and a busy timeout. Texts are compared as binary (SQLite's default
// collation). Errors: disk_full (SQLITE_FULL), locked (SQLITE_BUSY, SQLITE_LOCKED), conflict (a constraint),
// not_found (no such file where none may be made), storage_failed (all else); they name the statement's
// first words, never a bound value.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal::db {

struct SqliteOptions {
  int busy_timeout_ms = 5000;  ///< how long one statement waits for another writer
  bool create = true;          ///< make the file (mode 0600, and so its WAL) where there is none
};

class Sqlite;

/// A prepared statement that is being used: bind, step, read columns. Bound texts and blobs are copied.
/// Given back to the connection's cache (reset, bindings cleared) when it goes; it must not outlive the
/// connection. Indexes of parameters count from 1, those of columns from 0, as SQLite's.
class SqliteQuery {
 public:
  SqliteQuery(SqliteQuery&& other) noexcept;
  SqliteQuery& operator=(SqliteQuery&&) = delete;
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;
  ~SqliteQuery();

  SqliteQuery& bind(int index, std::int64_t value);
  SqliteQuery& bind(int index, std::string_view text);
  SqliteQuery& bind_blob(int index, std::string_view bytes);
  SqliteQuery& bind_null(int index);

  /// true: a row is there to be read; false: done. A failed bind shows here.
  Result<bool> step();
  /// For statements that give no rows: steps to the end.
  Result<void> run();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;  ///< also of blobs; the bytes as they are

 private:
  friend class Sqlite;
  struct Entry;
  SqliteQuery(Sqlite* owner, Entry* entry) : owner_(owner), entry_(entry) {}
  void note(int code);
  Sqlite* owner_;
  Entry* entry_;
  int bind_error_ = 0;
};

/// One connection. Used by one thread at a time.
class Sqlite {
 public:
  static Result<std::unique_ptr<Sqlite>> open(const std::string& path, const SqliteOptions& options = {});
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  ~Sqlite();

  /// Runs a script of statements without parameters or rows (schema).
  Result<void> execute(const std::string& script);
  /// A statement from the cache, prepared at first use. The same text may be in use twice at once.
  Result<SqliteQuery> query(std::string_view sql);
  std::int64_t changes() const;  ///< rows changed by the last statement
  std::int64_t last_row_id() const;
  std::uint64_t queries() const { return queries_; }  ///< statements asked for by query() so far

  /// A deterministic function of two texts (or blobs) for SQL; nothing stands for NULL.
  using TextFunction = std::function<std::optional<std::string>(std::string_view, std::string_view)>;
  Result<void> define(const std::string& name, TextFunction function);

 private:
  friend class SqliteQuery;
  struct State;
  explicit Sqlite(std::unique_ptr<State> state);
  Error error(int code, std::string_view statement) const;
  std::unique_ptr<State> state_;
  std::uint64_t queries_ = 0;
};

/// A write transaction (BEGIN IMMEDIATE: the lock is taken at once, so it never fails half-way as busy).
/// Rolled back unless committed.
class SqliteTransaction {
 public:
  static Result<SqliteTransaction> begin(Sqlite& connection);
  SqliteTransaction(SqliteTransaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();
  Result<void> commit();

 private:
  explicit SqliteTransaction(Sqlite* connection) : connection_(connection) {}
  Sqlite* connection_;
};

/// A read transaction: all its queries see one state of the file.
class SqliteSnapshot {
 public:
  static Result<SqliteSnapshot> begin(Sqlite& connection);
  SqliteSnapshot(SqliteSnapshot&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  SqliteSnapshot& operator=(SqliteSnapshot&&) = delete;
  ~SqliteSnapshot();

 private:
  explicit SqliteSnapshot(Sqlite* connection) : connection_(connection) {}
  Sqlite* connection_;
};

}  // namespace boltseal::db
