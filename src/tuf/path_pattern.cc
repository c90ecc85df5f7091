#include "tuf/path_pattern.h"

#include <fmt/core.h>

#include <optional>

#include "base/encoding.h"
#include "base/limits.h"

namespace boltseal::tuf {
namespace {

/// Takes one UTF-8 code point off the front. A byte that begins none is a character of its own, outside
/// the range of Unicode, so that it equals only itself.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 1 || size == 0 || size > text.size()) {
    text.remove_prefix(1);
    return lead < 0x80 ? lead : 0x110000U + lead;
  }
  char32_t point = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i)
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(size);
  return point;
}

/// Inside of a `[...]` set; empty view when the text after `[` has no closing bracket.
std::string_view set_content(std::string_view after_bracket) {
  std::size_t from = 0;
  if (from < after_bracket.size() && after_bracket[from] == '!') ++from;
  if (from < after_bracket.size() && after_bracket[from] == ']') ++from;  // a first ] is a member
  const std::size_t end = after_bracket.find(']', from);
  return end == std::string_view::npos ? std::string_view() : after_bracket.substr(0, end);
}

bool set_contains(std::string_view content, char32_t character) {
  const bool negated = content.starts_with('!');
  if (negated) content.remove_prefix(1);
  bool in = false;
  while (!content.empty()) {
    const char32_t low = take_character(content);
    char32_t high = low;
    if (content.size() > 1 && content.front() == '-') {
      content.remove_prefix(1);
      high = take_character(content);
    }
    in = in || (low <= character && character <= high);
  }
  return in != negated;
}

/// Matches one pattern element that is no star against one character; takes it off the pattern.
bool take_element(std::string_view& pattern, char32_t character) {
  if (pattern.front() == '?') {
    pattern.remove_prefix(1);
    return true;
  }
  if (pattern.front() == '[') {
    const std::string_view content = set_content(pattern.substr(1));
    if (!content.empty()) {
      pattern.remove_prefix(content.size() + 2);
      return set_contains(content, character);
    }
  }
  return take_character(pattern) == character;
}

/// One segment. After a mismatch only the last star can take one character more: two pointers are enough.
bool segment_matches(std::string_view pattern, std::string_view name) {
  std::optional<std::string_view> retry_pattern;
  std::string_view retry_name;
  while (true) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      retry_pattern = pattern;
      retry_name = name;
      continue;
    }
    if (name.empty() && pattern.empty()) return true;
    if (!name.empty() && !pattern.empty() && take_element(pattern, take_character(name))) continue;
    if (!retry_pattern || retry_name.empty()) return false;
    take_character(retry_name);
    pattern = *retry_pattern;
    name = retry_name;
  }
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view name) {
  if (pattern.size() > limits::kPatternBytes || name.size() > limits::kPatternBytes) return false;
  while (true) {
    const std::size_t pattern_end = pattern.find('/');
    const std::size_t name_end = name.find('/');
    if (!segment_matches(pattern.substr(0, pattern_end), name.substr(0, name_end))) return false;
    if (pattern_end == std::string_view::npos || name_end == std::string_view::npos) {
      return pattern_end == name_end;
    }
    pattern.remove_prefix(pattern_end + 1);
    name.remove_prefix(name_end + 1);
  }
}

bool prefix_matches(std::string_view prefix, std::string_view name) { return name.starts_with(prefix); }

std::vector<std::string> intersect_prefixes(const std::vector<std::string>& parent,
                                            const std::vector<std::string>& child) {
  std::vector<std::string> kept;
  for (const std::string& path : child) {
    for (const std::string& bound : parent) {
      if (path.starts_with(bound)) {
        kept.push_back(path);
        break;
      }
    }
  }
  return kept;
}

bool hash_prefix_matches(std::string_view prefix, const Sha256& name_hash) {
  return hex_encode(name_hash).starts_with(prefix);
}

bool is_portable_pattern(std::string_view pattern) {
  return pattern.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-*?") ==
         std::string_view::npos;
}

std::string succinct_bin_name(std::string_view name_prefix, int bit_length, const Sha256& name_hash) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 4; ++i) first = (first << 8U) | name_hash[i];
  const auto bits = static_cast<unsigned>(bit_length < 1 ? 1 : bit_length > 32 ? 32 : bit_length);
  const std::uint64_t bin = first >> (32U - bits);
  return fmt::format("{}-{:0{}x}", name_prefix, bin, (bits + 3) / 4);
}

}  // namespace boltseal::tuf
