// Storage in one SQLite file. Tables of notary-server's shape: tuf_files, changefeed, change_category
// (NOTARY-SERVER.md 5.1); our own begin with boltseal_.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "db/sqlite_pool.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct SqliteStorageOptions {
  std::string path;
  std::size_t connections = 4;
  int busy_timeout_ms = 5000;
};

/// Makes the file and its tables where they are missing. storage_failed: a schema of a newer program.
Result<std::unique_ptr<Storage>> make_sqlite_storage(const SqliteStorageOptions& options);

}  // namespace boltseal::server
