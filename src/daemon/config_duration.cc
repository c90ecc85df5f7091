#include <fmt/core.h>

#include <array>
#include <charconv>

#include "daemon/config_file.h"

namespace boltseal::daemon {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> kUnits = {{{'d', 86'400}, {'h', 3600}, {'m', 60}, {'s', 1}}};

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t unit = 1;
  std::string_view digits = text;
  for (const Unit& known : kUnits) {
    if (!text.ends_with(known.letter)) continue;
    unit = known.seconds;
    digits.remove_suffix(1);
    break;
  }
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  constexpr std::int64_t kCentury = std::int64_t{100} * 365 * 86'400;
  if (problem != std::errc{} || end != digits.data() + digits.size() || count < 1 ||
      count > kCentury / unit) {
    return fail(ErrorCode::bad_config, "must be a duration such as 14d, 12h, 90m or 30s");
  }
  return Duration(std::chrono::seconds(count * unit));
}

std::string print_duration(Duration duration) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  for (const Unit& unit : kUnits) {
    if (seconds % unit.seconds == 0) return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
  }
  return fmt::format("{}s", seconds);
}

}  // namespace boltseal::daemon
