#include "base/encoding.h"

#include <array>

namespace boltseal {
namespace {

constexpr char kHexLower[] = "0123456789abcdef";
constexpr char kHexUpper[] = "0123456789ABCDEF";
constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

using Inverse = std::array<std::int8_t, 256>;
constexpr Inverse invert(const char* alphabet) {
  Inverse table{};
  for (auto& entry : table) entry = -1;
  for (int i = 0; i < 64; ++i) table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}
constexpr Inverse kStandardInverse = invert(kStandard);
constexpr Inverse kUrlInverse = invert(kUrl);

std::string encode64(ByteView bytes, const char* alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  const auto put = [&](std::uint32_t group, int digits) {
    for (int d = 0; d < digits; ++d) out.push_back(alphabet[(group >> (18 - 6 * d)) & 63u]);
  };
  for (; i + 3 <= bytes.size(); i += 3) {
    put(static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]), 4);
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 1) put(static_cast<std::uint32_t>(bytes[i] << 16), 2);
  if (rest == 2) put(static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8), 3);
  if (padded && rest != 0) out.append(3 - rest, '=');
  return out;
}

// Decodes `text`, which has no padding, to `out` (room for size * 3 / 4 bytes). Trailing bits must be zero,
// so that each content has one encoding. What is wrong, or nothing.
std::string_view decode64(std::string_view text, const Inverse& inverse, std::uint8_t* out) {
  if (text.size() % 4 == 1) return "text has an impossible length";
  constexpr std::string_view kForeign = "text has a foreign character";
  const auto value = [&](std::size_t at) -> int { return inverse[static_cast<std::uint8_t>(text[at])]; };
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const int group = value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
    if (group < 0) return kForeign;  // any -1 sets the sign
    *out++ = static_cast<std::uint8_t>(group >> 16);
    *out++ = static_cast<std::uint8_t>(group >> 8 & 0xFF);
    *out++ = static_cast<std::uint8_t>(group & 0xFF);
  }
  const std::size_t rest = text.size() - i;
  if (rest == 0) return {};
  const int group = value(i) << 18 | value(i + 1) << 12 | (rest == 3 ? value(i + 2) << 6 : 0);
  if (group < 0) return kForeign;
  *out++ = static_cast<std::uint8_t>(group >> 16);
  if (rest == 3) *out++ = static_cast<std::uint8_t>(group >> 8 & 0xFF);
  return (group & (rest == 3 ? 0xFF : 0xFFFF)) == 0 ? std::string_view() : "text has bits after its end";
}

std::size_t size_of_decoded(std::string_view text) { return text.size() / 4 * 3 + text.size() % 4 * 3 / 4; }

Error wrong_text(std::string_view kind, std::string_view problem) {
  return Error(ErrorCode::bad_format, std::string(kind) + " " + std::string(problem));
}

// Takes the padding off.
std::string_view unpad(std::string_view& text) {
  if (text.size() % 4 != 0) return "text is not padded to four characters";
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  text.remove_suffix(padding);
  return {};
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

std::string hex_encode(ByteView bytes) {
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = kHexLower[bytes[i] >> 4];
    out[2 * i + 1] = kHexLower[bytes[i] & 15];
  }
  return out;
}

Result<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::bad_format, "hex text has an odd length");
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return fail(ErrorCode::bad_format, "hex text has a foreign character");
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return out;
}

bool is_lower_hex(std::string_view text) {
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::string base64_encode(ByteView bytes) { return encode64(bytes, kStandard, true); }
std::string base64url_encode(ByteView bytes) { return encode64(bytes, kUrl, false); }

Result<Bytes> base64_decode(std::string_view text) {
  std::string_view problem = unpad(text);
  Bytes out(size_of_decoded(text));
  if (problem.empty()) problem = decode64(text, kStandardInverse, out.data());
  if (!problem.empty()) return fail(wrong_text("base64", problem));
  return out;
}

bool base64_decode_to(std::string_view text, std::span<std::uint8_t> out) {
  return unpad(text).empty() && size_of_decoded(text) == out.size() &&
         decode64(text, kStandardInverse, out.data()).empty();
}

Result<Bytes> base64url_decode(std::string_view text) {
  Bytes out(size_of_decoded(text));
  if (const auto problem = decode64(text, kUrlInverse, out.data()); !problem.empty())
    return fail(wrong_text("base64url", problem));
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out.append({'%', kHexUpper[byte >> 4], kHexUpper[byte & 15]});
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(ErrorCode::bad_format, "'%' is not followed by two hex digits");
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

}  // namespace boltseal
