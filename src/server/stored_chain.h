// The stored state of a GUN, verified from its root down: what the server may sign over.
#pragma once

#include <map>
#include <optional>

#include "base/result.h"
#include "server/storage/storage.h"
#include "tuf/file.h"

namespace boltseal::server {

struct StoredChain {
  tuf::Trusted<tuf::Root> root;
  tuf::Trusted<tuf::Snapshot> snapshot;
  std::map<RoleName, tuf::Trusted<tuf::Targets>> targets;  ///< every role that the snapshot names
};

/// The current root of a GUN by its own threshold (expiry and dates of certificates left out); nothing when
/// there is none.
Result<std::optional<tuf::Trusted<tuf::Root>>> stored_root(const Storage& storage, const Gun& gun, Form form);

/// Signatures and hashes of all, expiry of none. Errors: those of the check that failed; metadata_missing when a
/// named file is not stored. A role that no delegation leads to any more (its delegation was removed, a
/// server-made snapshot goes on naming it) is checked by its hash alone.
Result<StoredChain> load_chain(const Storage& storage, const Gun& gun, Form form);

}  // namespace boltseal::server
