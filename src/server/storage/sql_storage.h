// Storage in a database server that several boltseald share, and that notary-server may have filled and may
// go on to use: its tables tuf_files, changefeed and change_category as they are (NOTARY-SERVER.md 5.1, 5.2);
// what it does not know stands in tables of ours (boltseal_...).
//
// One publish is one transaction under a lock of its GUN, so replicas take turns; against a notary-server,
// which takes no lock, the unique key decides: conflict. At each commit that changes a GUN a notice tells the
// other replicas (PostgreSQL; postgres_notices.h).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "db/pool.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct SqlStorageOptions {
  db::Connect connect;
  db::Connect patient;  ///< for what reads the whole store: with longer deadlines. Empty: as `connect`
  db::Pool::Options pool;
  std::string sender;  ///< begins the notices of this process; no blank in it
};

/// Connects once and makes the tables that are missing. Errors of connecting and of sql::make_tables;
/// not_found and limit_exceeded may come from the storage besides those that it shares with all (a table was
/// dropped; a version that does not fit notary-server's column).
Result<std::unique_ptr<Storage>> make_sql_storage(SqlStorageOptions options);

}  // namespace boltseal::server
