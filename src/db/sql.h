// SQL databases that are servers (PostgreSQL, MySQL and MariaDB), as far as this project uses them: sessions,
// prepared statements, transactions. One query text serves both; what differs is asked of dialect().
//
// Errors of all functions: conflict (a unique key is taken, a serialisation failure or a deadlock: the whole
// transaction may be tried again), locked (a lock or a free connection was not to be had in time),
// timed_out, disk_full, unreachable (no connection, or it was lost: whether a running commit took effect is
// then unknown), not_found (no such table), storage_failed (all else). They name the statement's first words,
// never a bound value or a password.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace boltseal::db {

enum class Dialect : std::uint8_t { postgres, mysql };

/// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

/// A bound value; text and bytes must live until run() returns. monostate: NULL.
using Value = std::variant<std::monostate, std::int64_t, std::string_view, Blob>;

/// All rows of an answer, in memory. Indexes count from 0.
class Rows {
 public:
  using Cell = std::optional<std::string>;  ///< nothing: NULL; bytes and text as they are, numbers in decimal

  Rows() = default;
  Rows(std::vector<std::vector<Cell>> cells, std::int64_t changed)
      : cells_(std::move(cells)), changed_(changed) {}

  std::size_t size() const { return cells_.size(); }
  bool empty() const { return cells_.empty(); }
  bool is_null(std::size_t row, std::size_t column) const { return !cells_[row][column]; }
  /// Empty for NULL.
  std::string take(std::size_t row, std::size_t column) {
    auto& cell = cells_[row][column];
    return cell ? std::move(*cell) : std::string();
  }
  std::string_view text(std::size_t row, std::size_t column) const {
    const auto& cell = cells_[row][column];
    return cell ? std::string_view(*cell) : std::string_view();
  }
  /// 0 for NULL and for what is no number.
  std::int64_t integer(std::size_t row, std::size_t column) const;
  /// Rows inserted, changed or deleted.
  std::int64_t changed() const { return changed_; }

 private:
  std::vector<std::vector<Cell>> cells_;
  std::int64_t changed_ = 0;
};

/// One connection. Used by one thread at a time.
class Session {
 public:
  virtual ~Session() = default;
  virtual Dialect dialect() const = 0;

  /// One statement with `?` for each value (a question mark stands nowhere else in it, not even quoted).
  /// Prepared at first use and kept.
  virtual Result<Rows> run(std::string_view sql, std::span<const Value> values) = 0;
  Result<Rows> run(std::string_view sql, std::initializer_list<Value> values = {}) {
    return run(sql, std::span<const Value>(values.begin(), values.size()));
  }
  /// A script of statements without values or rows (schema).
  virtual Result<void> execute(const std::string& script) = 0;

  /// False once the connection is lost or its state is unknown: a pool then throws the session away.
  virtual bool usable() const = 0;
};

/// Rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Session& session);
  Transaction(Transaction&& other) noexcept : session_(std::exchange(other.session_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Session* session) : session_(session) {}
  Session* session_;
};

}  // namespace boltseal::db
