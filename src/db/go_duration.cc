#include "db/go_duration.h"

#include <array>
#include <cmath>
#include <cstddef>

namespace boltseal::db {
namespace {

struct Unit {
  std::string_view name;
  double milliseconds;
};
// Longer names first: "ms" is no "m".
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1e-6},
                                         {"us", 1e-3},
                                         {"\u00b5s", 1e-3},
                                         {"\u03bcs", 1e-3},
                                         {"ms", 1},
                                         {"s", 1e3},
                                         {"m", 60e3},
                                         {"h", 3600e3}}};
constexpr double kDayInMs = 24 * 3600e3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits with an optional fraction, cut off `text`.
std::optional<double> take_number(std::string_view& text) {
  double value = 0, scale = 1;
  bool digits = false, fraction = false;
  std::size_t used = 0;
  for (; used < text.size(); ++used) {
    const char c = text[used];
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (!is_digit(c)) break;
    digits = true;
    if (fraction) scale /= 10;
    value = fraction ? value + (c - '0') * scale : value * 10 + (c - '0');
  }
  if (!digits) return std::nullopt;
  text.remove_prefix(used);
  return value;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.milliseconds;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty() || text.size() > 64) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const auto unit = number ? take_unit(text) : std::nullopt;
    if (!unit) return std::nullopt;
    total += *number * *unit;
  }
  if (total > kDayInMs) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(total - 1e-9)));
}

}  // namespace boltseal::db
