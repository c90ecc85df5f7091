// Work on a database server: transactions that are tried again, and locks by name. For the tables of this
// room.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "db/pool.h"
#include "db/sql.h"

namespace boltseal::vault {

/// As the timestamp columns of both servers take it: UTC, whole seconds.
std::string sql_time(Time time);

/// Whether there is such a table. The name is ours.
Result<bool> has_table(db::Session& session, const std::string& table);

/// A lock that one session of the database holds at a time; free when the object or its session is gone.
class NamedLock {
 public:
  /// Waits. locked, timed_out: somebody else kept it.
  static Result<NamedLock> take(db::Session& session, const std::string& name);
  NamedLock(NamedLock&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)), number_(other.number_) {}
  NamedLock& operator=(NamedLock&&) = delete;
  ~NamedLock();

 private:
  NamedLock(db::Session* session, std::int64_t number) : session_(session), number_(number) {}
  db::Session* session_;
  std::int64_t number_;
};

inline constexpr int kTries = 4;

/// The result of work(session), run in a transaction that is committed where it succeeds. Where the database
/// gave `conflict` all is tried again.
template <typename Work>
std::invoke_result_t<Work, db::Session&> in_transaction(db::Session& session, Work work) {
  for (int left = kTries;; --left) {
    auto result = [&]() -> std::invoke_result_t<Work, db::Session&> {
      auto transaction = BS_TRY(db::Transaction::begin(session));
      auto done = work(session);
      if (!done) return done;
      BS_TRY(transaction.commit());
      return done;
    }();
    if (result || result.error().code() != ErrorCode::conflict || left == 1) return result;
  }
}

}  // namespace boltseal::vault
