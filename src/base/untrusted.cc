#include "base/untrusted.h"

#include <fmt/core.h>

#include <cstdint>

#include "base/bytes.h"

namespace boltseal {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

Character next(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size() || !is_utf8(text.substr(0, length))) return {};
  std::uint32_t code = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
  return {code, length};
}

// Characters that move the cursor, hide, or reorder what a person sees.
bool is_dangerous(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x061C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string escape_untrusted(std::string_view text, std::size_t limit) {
  std::string out;
  out.reserve(text.size());
  std::size_t shown = 0;
  while (!text.empty()) {
    if (shown++ == limit) return out + "…";
    const Character c = next(text);
    if (c.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (!is_dangerous(c.code)) {
      out.append(text.substr(0, c.length));
    } else if (c.code < 0x80) {
      out += fmt::format("\\x{:02x}", c.code);
    } else {
      out += fmt::format("\\u{{{:x}}}", c.code);
    }
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace boltseal
