#include "server/storage/sql_transactions.h"

namespace boltseal::server::sql {

Result<End> Sessions::attempt(const Body& body, bool& committing) {
  auto session = BS_TRY(pool_.acquire());
  auto transaction = BS_TRY(db::Transaction::begin(*session));
  if (!BS_TRY(body(*session))) return End::undone;
  committing = true;
  BS_TRY(transaction.commit());
  return End::committed;
}

Result<End> Sessions::transact(const Body& body) {
  int races = 4, losses = 1;
  while (true) {
    bool committing = false;
    auto end = attempt(body, committing);
    if (end) return end;
    const ErrorCode code = end.error().code();
    if (committing && (code == ErrorCode::unreachable || code == ErrorCode::timed_out)) return End::lost;
    if (code == ErrorCode::conflict ? races-- > 0 : code == ErrorCode::unreachable && losses-- > 0) continue;
    return end;
  }
}

Result<End> Sessions::transact(const Statements& sql, const Gun& gun, const Body& body) {
  return transact([&](db::Session& session) -> Result<bool> {
    for (const Statement& lock : sql.lock_gun) BS_TRY(lock.run(session, {gun.str()}));
    return body(session);
  });
}

}  // namespace boltseal::server::sql
