// How times and hashes stand in the columns of SQL databases.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"

namespace boltseal::server::sql {

std::string format_time(Time time);  ///< as notary-server's SQLite driver: "2026-11-24 06:48:16.15175+00:00"
/// Without a zone (UTC), cut (never rounded up) to so many digits of the second: what the column can hold.
std::string format_time(Time time, int digits);
/// With or without a zone; without one it is UTC. storage_failed.
Result<Time> parse_time(const std::string& text);
/// Blanks at the end (CHAR columns) do not count. storage_failed.
Result<Sha256> parse_hash(std::string_view hex);
std::string_view without_blanks(std::string_view padded);  ///< at its end

}  // namespace boltseal::server::sql
