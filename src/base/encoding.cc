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

// `text` without padding; trailing bits must be zero, so that each content has one encoding.
Result<Bytes> decode64(std::string_view text, const Inverse& inverse, const char* what) {
  if (text.size() % 4 == 1)
    return fail(ErrorCode::bad_format, std::string(what) + " text has an impossible length");
  Bytes out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = inverse[static_cast<std::uint8_t>(c)];
    if (value < 0) return fail(ErrorCode::bad_format, std::string(what) + " text has a foreign character");
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits));
      group &= (1u << bits) - 1;
    }
  }
  if (group != 0) return fail(ErrorCode::bad_format, std::string(what) + " text has bits after its end");
  return out;
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
  if (text.size() % 4 != 0)
    return fail(ErrorCode::bad_format, "base64 text is not padded to four characters");
  if (text.ends_with("==")) {
    text.remove_suffix(2);
    if (text.size() % 4 != 2) return fail(ErrorCode::bad_format, "base64 text has wrong padding");
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode64(text, kStandardInverse, "base64");
}

Result<Bytes> base64url_decode(std::string_view text) { return decode64(text, kUrlInverse, "base64url"); }

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
