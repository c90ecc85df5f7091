// Signing and publishing the next version of targets roles: what `sign`, `revoke` and later changes share.
//
// A change is planned over verified trust data, signed with the keys at hand, and published as one. When
// others were first (conflict), the trust data is fetched anew and the change planned and signed again over
// it, so that nobody's change is undone (SECURITY rule 3); at most five times. The server's answer 200 is the
// proof that the change is in (SECURITY rule 3).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/environment.h"
#include "client/session.h"
#include "keys/key_store.h"
#include "tuf/model.h"

namespace boltseal::client {

/// A change of one targets role. `edit` returns false where the role is already as wanted.
struct RoleChange {
  RoleName role;  ///< targets, or a direct child of it
  std::function<Result<bool>(tuf::Targets&)> edit;
};
using Plan = std::function<Result<std::vector<RoleChange>>(Session&)>;

struct Published {
  std::vector<RoleName> roles;  ///< that were signed; empty: all was as wanted
  int attempts = 1;
};

/// Errors: those of Session and Transport; key_missing (threshold of a role not reached by the keys held),
/// bad_passphrase, no_passphrase; first_use; conflict (others were first five times).
Result<Published> publish(Environment& environment, keys::KeyStore& keys, const Gun& gun, const Plan& plan);

/// The keys of a role that are held, ready to sign; asks for passphrases.
Result<std::vector<std::unique_ptr<crypto::Signer>>> signers_for(keys::KeyStore& keys,
                                                                 const tuf::KeyMap& listed,
                                                                 const tuf::RoleKeys& role);
bool holds_any(const keys::KeyStore& keys, const tuf::KeyMap& listed, const tuf::RoleKeys& role);

/// Roles that sign a tag (DOCKER-DCT 5.1): without delegations `targets`; else every direct child of targets
/// whose paths cover the tag and for which a key is held, and never `targets`. key_missing: none.
Result<std::vector<RoleName>> choose_roles(Session& session, const keys::KeyStore& keys,
                                           const std::string& tag);

}  // namespace boltseal::client
