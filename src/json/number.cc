#include "json/number.h"

#include "base/limits.h"

namespace boltseal::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of the digits at the start.
std::size_t digits(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

std::optional<std::int64_t> to_integer(std::string_view digits, bool negative) {
  if (digits.size() > 16) return std::nullopt;  // 2^53 has 16 digits, so nothing below overflows
  std::int64_t value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  if (value > limits::kMaxInteger) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace

std::optional<NumberLiteral> scan_number(std::string_view text) {
  NumberLiteral out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t whole = digits(text);
  if (whole == 0 || (whole > 1 && text[0] == '0')) return std::nullopt;
  out.whole = to_integer(text.substr(0, whole), out.negative);
  text.remove_prefix(whole);

  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t after = digits(text);
    if (after == 0) return std::nullopt;
    out.fraction = true;
    out.zero_fraction = text.substr(0, after).find_first_not_of('0') == std::string_view::npos;
    text.remove_prefix(after);
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const std::size_t power = digits(text);
    if (power == 0) return std::nullopt;
    out.exponent = true;
    text.remove_prefix(power);
  }
  if (!text.empty()) return std::nullopt;
  return out;
}

}  // namespace boltseal::json
