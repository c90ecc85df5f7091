// The state file as text: JSON, one object. Format: docs/reference/formats/trust-directory.md.
#pragma once

#include <string>

#include "base/result.h"
#include "store/trust_store.h"

namespace boltseal::store {

/// bad_format: not this format or not this version of it.
Result<TrustState> parse_state(std::string text);
std::string write_state(const TrustState& state);

/// The higher of two states of the same GUN: floors by version, the later `issued`; keys, transport and the
/// first root from `newer` where it has them.
TrustState merge_states(const TrustState& on_disk, const TrustState& newer);

}  // namespace boltseal::store
