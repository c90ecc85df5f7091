// First contact without a pin (SECURITY rule 14): refused unless the policy names the repository or a person
// at the terminal says yes after seeing the root.
#pragma once

#include "base/result.h"
#include "client/environment.h"
#include "client/session.h"

namespace boltseal::client {

/// Asks on the terminal, unless the policy allows first use already. False without a terminal.
bool person_accepts_first_use(Environment& environment, const Session& session);

/// Trust may begin here: policy or person.
bool may_keep_first_use(const Environment& environment, const Session& session, bool person_accepted);

/// For operations that write: refuses with first_use, or keeps what the session held back.
Result<void> settle_first_use(Environment& environment, Session& session);

/// "root version 3, sha256 ab12..., keys ...": what a person compares with the owner's word.
std::string describe_root(const tuf::TrustedSet& set);

}  // namespace boltseal::client
