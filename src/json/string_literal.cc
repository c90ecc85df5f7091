#include "json/string_literal.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace boltseal::json {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hex digits at the start.
std::optional<std::uint32_t> code_unit(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

// Reads what follows "\u" and moves `at` past it; the low half of a pair included.
std::optional<std::uint32_t> code_point(std::string_view content, std::size_t& at) {
  const auto high = code_unit(content.substr(at));
  if (!high) return std::nullopt;
  at += 4;
  if (*high < 0xD800 || *high > 0xDFFF) return high;
  if (*high > 0xDBFF || content.substr(at, 2) != "\\u") return std::nullopt;
  const auto low = code_unit(content.substr(at + 2));
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  at += 6;
  return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
}

char* put_utf8(std::uint32_t c, char* out) {
  const auto byte = [&](std::uint32_t value) {
    *out++ = static_cast<char>(static_cast<std::uint8_t>(value));
  };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
  return out;
}

// The byte that a one-letter escape stands for; 0 for none.
char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

std::optional<StringLiteral> scan_string(std::string_view text) {
  StringLiteral out;
  std::size_t at = 1;
  while (at < text.size()) {
    const auto* quote = static_cast<const char*>(std::memchr(text.data() + at, '"', text.size() - at));
    if (quote == nullptr) return std::nullopt;
    const auto stop = static_cast<std::size_t>(quote - text.data());
    const auto* slash = static_cast<const char*>(std::memchr(text.data() + at, '\\', stop - at));
    if (slash == nullptr) {
      out.content = text.substr(1, stop - 1);
      return out;
    }
    const auto escape = static_cast<std::size_t>(slash - text.data());
    if (escape + 1 >= text.size()) return std::nullopt;
    out.escaped = true;
    out.canonical = out.canonical && (text[escape + 1] == '"' || text[escape + 1] == '\\');
    at = escape + 2;
  }
  return std::nullopt;
}

std::optional<std::size_t> unescape(std::string_view content, char* out) {
  char* const begin = out;
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t slash = std::min(content.find('\\', at), content.size());
    std::memcpy(out, content.data() + at, slash - at);
    out += slash - at;
    if (slash == content.size()) break;
    if (slash + 1 == content.size()) return std::nullopt;
    const char letter = content[slash + 1];
    at = slash + 2;
    if (letter == 'u') {
      const auto c = code_point(content, at);
      if (!c) return std::nullopt;
      out = put_utf8(*c, out);  // never longer than the escape
    } else if (const char plain = simple_escape(letter); plain != 0) {
      *out++ = plain;
    } else {
      return std::nullopt;
    }
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace boltseal::json
