#include "http/grpc.h"

#include <algorithm>
#include <charconv>

namespace boltseal::http::grpc {
namespace {

constexpr std::size_t kMessageText = 1024;
constexpr std::size_t kTimeoutDigits = 8;

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

std::uint32_t big_endian(std::string_view text) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8 | byte_at(text, i);
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool is_grpc(std::string_view content_type) {
  if (!content_type.starts_with(kContentType)) return false;
  const std::string_view rest = content_type.substr(kContentType.size());
  return rest.empty() || rest == "+proto" || rest.starts_with("+proto;") || rest.starts_with(';');
}

std::string frame(std::string_view message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  std::string out(1, '\0');
  out.reserve(kPrefix + message.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  return out.append(message);
}

Result<std::string_view> unframe(std::string_view body, std::size_t limit) {
  if (body.empty()) return fail(ErrorCode::bad_format, "there is no message");
  if (byte_at(body, 0) == 1) return fail(ErrorCode::usage, "the message is compressed");
  if (byte_at(body, 0) != 0) return fail(ErrorCode::bad_format, "the message has an unknown flag");
  if (body.size() < kPrefix) return fail(ErrorCode::bad_format, "the message is cut off");
  const std::size_t size = big_endian(body.substr(1));
  if (size > limit) {
    return fail(ErrorCode::limit_exceeded, "the message has " + std::to_string(size) +
                                               " bytes, more than the limit of " + std::to_string(limit));
  }
  const std::string_view rest = body.substr(kPrefix);
  if (rest.size() < size) return fail(ErrorCode::bad_format, "the message is cut off");
  if (rest.size() > size) return fail(ErrorCode::bad_format, "there is more than one message");
  return rest;
}

std::optional<Status> parse_status(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number >= kStatuses) return std::nullopt;
  return static_cast<Status>(number);
}

std::string status_text(Status status) { return std::to_string(static_cast<unsigned>(status)); }

std::string encode_message(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text.substr(0, kMessageText)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte >= 0x20 && byte <= 0x7e && c != '%') {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return out;
}

std::string decode_message(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::optional<std::chrono::nanoseconds> parse_timeout(std::string_view text) {
  using std::chrono::nanoseconds;
  if (text.size() < 2 || text.size() > kTimeoutDigits + 1) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  switch (text.back()) {
    case 'H':  // 99999999 hours do not fit: a timeout of a century is none
      return std::chrono::hours(std::min<std::int64_t>(number, 24 * 36500));
    case 'M':
      return std::chrono::minutes(std::min<std::int64_t>(number, 60 * 24 * 36500));
    case 'S':
      return std::chrono::seconds(number);
    case 'm':
      return std::chrono::milliseconds(number);
    case 'u':
      return std::chrono::microseconds(number);
    case 'n':
      return nanoseconds(number);
    default:
      return std::nullopt;
  }
}

std::string timeout_text(std::chrono::milliseconds duration) {
  constexpr std::int64_t kMost = 99'999'999;
  return std::to_string(std::clamp<std::int64_t>(duration.count(), 1, kMost)) + "m";
}

}  // namespace boltseal::http::grpc
