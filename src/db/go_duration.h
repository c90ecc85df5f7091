// Durations as Go's time.ParseDuration reads them: "30s", "1m30s", "0.5h", "250ms", "0".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace boltseal::db {

/// Rounded up to whole milliseconds; nothing for what Go would refuse, for negative ones and those above a
/// day.
std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

}  // namespace boltseal::db
