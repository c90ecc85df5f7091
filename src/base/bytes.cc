#include "base/bytes.h"

namespace boltseal {

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

namespace {

// Length of the sequence that begins with `lead`, 0 if no sequence may begin so, and the range that its
// second byte must lie in (RFC 3629 section 4).
std::size_t sequence_length(std::uint8_t lead, std::uint8_t& low, std::uint8_t& high) {
  low = 0x80;
  high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const ByteView bytes = as_bytes(text);
  for (std::size_t i = 0; i < bytes.size();) {
    if (bytes[i] < 0x80) {
      ++i;
      continue;
    }
    std::uint8_t low = 0;
    std::uint8_t high = 0;
    const std::size_t length = sequence_length(bytes[i], low, high);
    if (length == 0 || i + length > bytes.size()) return false;
    if (bytes[i + 1] < low || bytes[i + 1] > high) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if ((bytes[i + k] & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace boltseal
