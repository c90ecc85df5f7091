// Filling an empty database from a backup.
#pragma once

#include <memory>

#include "base/result.h"
#include "server/storage/sql_transactions.h"
#include "server/storage/storage.h"

namespace boltseal::server::sql {

/// Holds a session of the pool, and other writers off, until it goes. `statements` outlives it.
/// already_exists: the store holds something. limit_exceeded: a version or id does not fit notary-server's
/// columns.
Result<std::unique_ptr<StorageFill>> begin_fill(Sessions& sessions, const Statements& statements);

}  // namespace boltseal::server::sql
