// Bytes and views of bytes. Text from outside (JSON, PEM) is std::string; binary (digests, DER,
// signatures) is Bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boltseal {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }
inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

/// Equal content in time that depends on the lengths alone.
bool equal_constant_time(ByteView a, ByteView b);

/// Well-formed UTF-8: no overlong forms, no surrogates, at most U+10FFFF. NUL counts as well-formed.
bool is_utf8(std::string_view text);

}  // namespace boltseal
