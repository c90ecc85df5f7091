// Reading stored files through one session. Errors as Session::run; storage_failed for rows that cannot be
// read or are not of the GUN and role that were asked for (a collation that takes different names as equal).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "db/sql.h"
#include "server/storage/prune.h"
#include "server/storage/records.h"
#include "server/storage/sql_queries.h"

namespace boltseal::server::sql {

/// What a read is about. All members must outlive the call.
struct FileKey {
  const Gun& gun;
  Form form;
  const RoleName& role;
};

using FoundFile = Result<std::optional<StoredFile>>;
Result<std::int64_t> highest_version(db::Session& session, const Statements& sql,
                                     const FileKey& key);  ///< or 0
FoundFile find_latest(db::Session& session, const Statements& sql, const FileKey& key);
FoundFile find_version(db::Session& session, const Statements& sql, const FileKey& key, std::int64_t version);
FoundFile find_hash(db::Session& session, const Statements& sql, const FileKey& key, const Sha256& sha256);
FoundFile find_current(db::Session& session, const Statements& sql, const FileKey& key);

/// Unsorted. Names that no Gun or RoleName can have cannot be asked for either, and are left out.
Result<std::vector<Head>> find_heads(db::Session& session, const Statements& sql, Form form,
                                     const std::optional<Gun>& gun);
Result<GunState> find_state(db::Session& session, const Statements& sql, const Gun& gun);
Result<std::vector<StoredVersion>> find_versions(db::Session& session, const Statements& sql, Form form,
                                                 const Gun& gun);

/// notary-server's column: versions above do not fit.
inline constexpr std::int64_t kMostOfNotary = INT32_MAX;

}  // namespace boltseal::server::sql
