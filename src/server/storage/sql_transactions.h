// Sessions and transactions of the storage on SQL servers: what is tried again, and when.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "db/pool.h"
#include "server/storage/records.h"
#include "server/storage/sql_queries.h"

namespace boltseal::server::sql {

enum class End : std::uint8_t {
  committed,
  undone,
  lost  ///< the connection went during the commit: it may have taken effect, or not
};

/// Thread safe.
class Sessions {
 public:
  Sessions(db::Connect connect, db::Pool::Options options) : pool_(std::move(connect), options) {}

  /// ask(session) -> Result. Once more on another connection if the first is lost. Errors of the pool and of
  /// `ask`.
  template <typename Ask>
  auto read(Ask ask) -> decltype(ask(std::declval<db::Session&>())) {
    {
      auto session = BS_TRY(pool_.acquire());
      auto answer = ask(*session);
      if (answer || answer.error().code() != ErrorCode::unreachable) return answer;
    }
    auto session = BS_TRY(pool_.acquire());
    return ask(*session);
  }

  /// A session for a transaction that is not tried again. Errors of the pool.
  Result<db::Pool::Lease> borrow() { return pool_.acquire(); }

  /// Whether the transaction is to be committed (true) or undone. May be called several times.
  using Body = std::function<Result<bool>(db::Session&)>;
  /// Tried again after a deadlock, a race for a unique key (the body will then see the other's rows) and,
  /// once, after a lost connection. Errors of the pool and of the body.
  Result<End> transact(const Body& body);
  /// The same under the lock of a GUN.
  Result<End> transact(const Statements& sql, const Gun& gun, const Body& body);

 private:
  Result<End> attempt(const Body& body, bool& committing);
  db::Pool pool_;
};

}  // namespace boltseal::server::sql
