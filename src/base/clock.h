// Time as a parameter. Below client/ nobody asks the system for the time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal {

using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;
inline constexpr Duration kDay = std::chrono::hours(24);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The machine's clock. Thread safe.
const Clock& system_clock();

/// For tests: stands still until it is set. Not thread safe.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Time now) : now_(now) {}
  Time now() const override { return now_; }
  void set(Time now) { now_ = now; }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_;
};

/// RFC 3339: 'T' and 'Z' upper case, optional fraction of 1-9 digits, offset or Z; years 1678..2261.
Result<Time> parse_rfc3339(std::string_view text);  ///< bad_format
/// Exactly YYYY-MM-DDTHH:MM:SSZ (TUF 1.0).
Result<Time> parse_rfc3339_seconds(std::string_view text);  ///< bad_format
std::string format_rfc3339_seconds(Time t);                 ///< 2026-11-24T07:00:00Z
std::string format_rfc3339_nano(Time t);  ///< as Go's RFC3339Nano in UTC: trailing zeros cut
std::string format_http_date(Time t);     ///< Tue, 24 Nov 2026 07:00:00 GMT
/// "3 days", "14 hours", "2 minutes": the largest unit, rounded down.
std::string describe_duration(Duration d);

}  // namespace boltseal
