// What transactions of the storage on SQL servers do, each in a session under the lock of its GUN. Errors as
// Session::run.
#pragma once

#include <optional>

#include "db/sql.h"
#include "server/storage/records.h"
#include "server/storage/sql_queries.h"

namespace boltseal::server::sql {

/// Stores all of the batch, tells the other replicas; or stores nothing and says why.
Result<std::optional<Error>> store_batch(db::Session& session, const Statements& sql, const Batch& batch);
/// Removes all files and leaves a tombstone; false: there were none.
Result<bool> remove_gun(db::Session& session, const Statements& sql, const Gun& gun, Time now);
Result<void> allow_reset(db::Session& session, const Statements& sql, const Gun& gun);
Result<void> insert_tombstone(db::Session& session, const Statements& sql, const Gun& gun,
                              const Tombstone& stone);
Result<std::optional<Tombstone>> find_tombstone(db::Session& session, const Statements& sql, const Gun& gun);

/// Files and bytes of one GUN that went, or would go.
Result<PruneReport> prune_files(db::Session& session, const Statements& sql, const Gun& gun,
                                const PruneRules& rules, bool dry_run);
/// Rows of the feed that went, or would go.
Result<std::int64_t> prune_feed(db::Session& session, const Statements& sql, const PruneRules& rules,
                                bool dry_run);

}  // namespace boltseal::server::sql
