// Whether a bundle is the trust data of its GUN: verified anew, whole, from the first root to the last role
// (SECURITY rule 16). What the manifest says of an earlier verification is not believed.
//
// Roots without a gap, each signed by its predecessor and by itself, certificates for the GUN; timestamp,
// snapshot and targets under the newest root; every file that the snapshot names, with its hash; delegated
// roles as their parents delegate; targets that name a GUN (`custom.boltseal.gun`) name this one. Expiry is
// not judged: the caller reports it. Pure, thread safe. Errors: those of the check that failed; first_use:
// the bundle is not marked verified and no root is accepted; pin_mismatch: it does not hold the accepted
// root; metadata_missing; rollback (versions of roots with gaps); gun_mismatch.
#pragma once

#include <optional>
#include <vector>

#include "server/import/bundle.h"
#include "server/stored_chain.h"
#include "tuf/file.h"

namespace boltseal::server {

struct VerifiedBundle {
  Gun gun;
  std::vector<tuf::Trusted<tuf::Root>> roots;  ///< ascending; not empty
  tuf::Trusted<tuf::Timestamp> timestamp;
  tuf::Trusted<tuf::Snapshot> snapshot;
  TrustedTargets targets;
  TargetsBodies named;             ///< what the snapshot names: the above, and `left_out`
  std::vector<RoleName> left_out;  ///< named, but not signed by keys that its delegator lists now: clients
                                   ///< leave it out, and so does this verification

  const tuf::Trusted<tuf::Root>& root() const { return roots.back(); }
};

/// `accepted_root`: SHA-256 of a root that a person vouches for; it must be one of the chain.
Result<VerifiedBundle> verify_bundle(const Bundle& bundle, const std::optional<Sha256>& accepted_root);

}  // namespace boltseal::server
