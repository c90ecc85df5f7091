// Number literals of JSON, taken apart without ever passing through a double.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace boltseal::json {

struct NumberLiteral {
  bool negative = false;
  bool fraction = false;       ///< has a '.'
  bool zero_fraction = false;  ///< the digits after the '.' are all zeros
  bool exponent = false;
  std::optional<std::int64_t> whole;  ///< what stands before '.' and exponent, signed; empty beyond ±(2^53-1)

  bool is_plain() const { return !fraction && !exponent; }
  bool is_minus_zero() const { return negative && whole == 0; }
  /// A plain integer that every reader reads as the same one.
  bool is_integer() const { return is_plain() && whole && !is_minus_zero(); }
  /// 1.0, 100.00: Notary's canonicaliser prints it as an integer.
  bool is_integral_float() const {
    return fraction && zero_fraction && !exponent && whole && !is_minus_zero();
  }
};

/// Empty where the text is not exactly one number of RFC 8259 section 6.
std::optional<NumberLiteral> scan_number(std::string_view text);

}  // namespace boltseal::json
