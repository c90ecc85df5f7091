// The stored state of a GUN, verified from its root down: what the server may sign over.
#pragma once

#include <map>
#include <optional>

#include "base/result.h"
#include "server/storage/storage.h"
#include "tuf/file.h"

namespace boltseal::server {

using TargetsBodies = std::map<RoleName, tuf::Unverified<tuf::Targets>>;
using TrustedTargets = std::map<RoleName, tuf::Trusted<tuf::Targets>>;

struct StoredChain {
  tuf::Trusted<tuf::Root> root;
  tuf::Trusted<tuf::Snapshot> snapshot;
  TrustedTargets targets;  ///< the roles that the snapshot names and delegations lead to
};

/// The current root of a GUN by its own threshold (expiry and dates of certificates left out); nothing when
/// there is none.
Result<std::optional<tuf::Trusted<tuf::Root>>> stored_root(const Storage& storage, const Gun& gun, Form form);

/// Hash and length of a file as its parent names them. hash_mismatch, length_mismatch.
Result<void> check_named(const tuf::Meta& meta, const std::string& bytes);
/// The file that a snapshot or timestamp names, by hash (Notary) or version (TUF 1.0), with hash and length
/// as named. metadata_missing, hash_mismatch, length_mismatch.
Result<StoredFile> named_file(const Storage& storage, const Gun& gun, Form form, const RoleName& role,
                              const tuf::Meta& meta);

/// The targets roles that a snapshot names, found by hash (Notary) or version (TUF 1.0), with hash and length
/// as named; those in `given` are taken from there. metadata_missing, hash_mismatch, length_mismatch,
/// bad_format.
Result<TargetsBodies> named_targets(const Storage& storage, const Gun& gun, const tuf::Snapshot& snapshot,
                                    TargetsBodies given);

/// From the root to `targets`, and from role to role as they delegate. A delegated file that its parent's
/// keys did not sign is left out, as clients do: keys may have been changed and the file not been signed
/// anew. metadata_missing: no `targets`; threshold_not_met: its signatures.
Result<TrustedTargets> verify_tree(const tuf::Trusted<tuf::Root>& root, const TargetsBodies& bodies);

/// All of it. Signatures and hashes are verified, expiry of none. Errors: those of the check that failed.
Result<StoredChain> load_chain(const Storage& storage, const Gun& gun, Form form);

/// Do the two forms say the same (SECURITY rule 2)? twin_mismatch names the first difference.
Result<void> compare_forms(const tuf::Root& notary_root, const TrustedTargets& notary,
                           const tuf::Root& tuf1_root, const TrustedTargets& tuf1);

}  // namespace boltseal::server
