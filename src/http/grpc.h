// gRPC as it stands on HTTP/2, for both sides (the gRPC project's PROTOCOL-HTTP2 page; NOTARY-SERVER.md 6):
// messages in frames of five bytes more, statuses, the two header fields whose text has a form of its own.
// Unary calls without compression. Pure functions, thread safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal::http::grpc {

/// The numbers are those of `grpc-status`.
enum class Status : std::uint8_t {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16
};
inline constexpr std::size_t kStatuses = 17;

inline constexpr std::string_view kContentType = "application/grpc";
inline constexpr std::size_t kPrefix = 5;

/// "application/grpc", also with "+proto" or parameters behind it.
bool is_grpc(std::string_view content_type);

/// One message in its frame. Messages have less than 4 GiB.
std::string frame(std::string_view message);

/// The only message of a body, a view into it. limit_exceeded: it announces more than `limit` bytes.
/// usage: it is compressed. bad_format: cut off, no message, or more than one.
Result<std::string_view> unframe(std::string_view body, std::size_t limit);

/// Value of `grpc-status`: a number of the list above; nothing for other text.
std::optional<Status> parse_status(std::string_view text);
std::string status_text(Status status);

/// `grpc-message`: printable ASCII stays but for '%'; every other byte becomes %XX. Cut at 1 KiB of text.
std::string encode_message(std::string_view text);
/// The reverse; a '%' that begins no byte stays as it is. Text from outside.
std::string decode_message(std::string_view text);

/// `grpc-timeout`: at most eight digits and one of H M S m u n. Nothing for other text. Text of a duration:
/// in milliseconds, at least one, at most 99999999.
std::optional<std::chrono::nanoseconds> parse_timeout(std::string_view text);
std::string timeout_text(std::chrono::milliseconds duration);

}  // namespace boltseal::http::grpc
