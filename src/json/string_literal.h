// String literals of JSON: where they end, and what they mean.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace boltseal::json {

struct StringLiteral {
  std::string_view content;  ///< between the quotes, as it stands
  bool escaped = false;      ///< holds a backslash
  bool canonical = true;     ///< its only escapes are \\ and \": canonical JSON writes it like this
};

/// The literal whose opening quote is the first byte of `text`, up to its closing quote; empty where there
/// is none.
std::optional<StringLiteral> scan_string(std::string_view text);

/// Resolves the escapes of `content` into `out`, which has room for content.size() bytes. Returns the number
/// of bytes written; empty for an unknown escape, wrong hex digits or a surrogate that is not one of a pair.
std::optional<std::size_t> unescape(std::string_view content, char* out);

}  // namespace boltseal::json
