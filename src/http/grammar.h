// Character classes of HTTP's grammar (RFC 9110 section 5.6.2).
#pragma once

#include <array>
#include <string_view>

namespace boltseal::http {

namespace detail {
// A table: this is asked for every byte of every head.
inline constexpr std::array<bool, 256> kTokenChars = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();
}  // namespace detail

/// A character of a method or a field name.
constexpr bool is_token_char(char c) { return detail::kTokenChars[static_cast<unsigned char>(c)]; }

}  // namespace boltseal::http
