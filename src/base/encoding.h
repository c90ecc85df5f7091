// Text encodings of bytes: hex, base64 (RFC 4648 section 4 and 5), percent (RFC 3986).
// Decoders are strict: wrong alphabet, wrong length, wrong or non-zero trailing bits are bad_format.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal {

std::string hex_encode(ByteView bytes);           ///< lower case
Result<Bytes> hex_decode(std::string_view text);  ///< either case
bool is_lower_hex(std::string_view text);

std::string base64_encode(ByteView bytes);           ///< standard alphabet, padded
Result<Bytes> base64_decode(std::string_view text);  ///< padded, no white space
/// The same into a place of the size that the content must have; false: wrong text or another size. Allocates
/// nothing.
bool base64_decode_to(std::string_view text, std::span<std::uint8_t> out);
std::string base64url_encode(ByteView bytes);           ///< URL alphabet, not padded
Result<Bytes> base64url_decode(std::string_view text);  ///< not padded

/// Every byte but A-Z a-z 0-9 - . _ ~ becomes %XX (upper-case hex), '/' included.
std::string percent_encode(std::string_view text);
/// Decodes once. A '%' without two hex digits is bad_format.
Result<std::string> percent_decode(std::string_view text);

}  // namespace boltseal
