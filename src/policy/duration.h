// Durations in configuration: a whole number and a unit, "90s", "10m", "48h", "14d".
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace boltseal::policy {

/// bad_config: no number, no unit, or more than 100 years.
Result<Duration> parse_duration(std::string_view text);

}  // namespace boltseal::policy
