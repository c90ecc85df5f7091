// Tables of the SQLite storage and the functions that its queries use.
#pragma once

#include "base/result.h"
#include "db/sqlite.h"

namespace boltseal::server {

/// Creates what is missing, in one transaction. storage_failed: made by a newer version.
Result<void> create_schema(db::Sqlite& connection);
/// boltseal_named_hash(file, role) -> lower-case hex; boltseal_named_version(file, role) -> decimal text.
Result<void> define_functions(db::Sqlite& connection);

}  // namespace boltseal::server
