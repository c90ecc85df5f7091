// How long what we sign lives: as notary 0.7.0, for stock clients expect no shorter (SECURITY rule 13).
#pragma once

#include "base/clock.h"

namespace boltseal::client {

inline constexpr Duration kNotaryRootLife = 10 * 365 * kDay;
inline constexpr Duration kTuf1RootLife = 365 * kDay;
inline constexpr Duration kTargetsLife = 3 * 365 * kDay;
inline constexpr Duration kSnapshotLife = 3 * 365 * kDay;

}  // namespace boltseal::client
