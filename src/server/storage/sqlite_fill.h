// Filling an empty SQLite store from a backup.
#pragma once

#include <memory>

#include "base/result.h"
#include "db/sqlite_pool.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// Holds a connection of the pool, and the file's write lock, until it goes. already_exists: the store holds
/// something.
Result<std::unique_ptr<StorageFill>> begin_sqlite_fill(db::SqlitePool& pool);

}  // namespace boltseal::server
