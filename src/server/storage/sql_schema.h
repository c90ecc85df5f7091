// The tables of the storage on SQL servers.
#pragma once

#include "base/result.h"
#include "db/sql.h"
#include "server/storage/sql_dialect.h"

namespace boltseal::server::sql {

/// In a database of notary-server's: adds our tables. In an empty one: makes notary-server's too. Several
/// replicas may do this at once, and a user without the right to make tables may start when all are there.
/// storage_failed: made by a newer program, or by a notary-server that is too old.
Result<void> make_tables(db::Session& session, const Dialect& dialect);

}  // namespace boltseal::server::sql
