// The strict look at the raw bytes of an HTTP/1.1 head, before any parser sees them (SECURITY 25): what two
// readers could take differently is refused. Internal; functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace boltseal::http {

struct HeadFacts {
  int refuse = 0;           ///< 0: good; else the status to answer before closing (400, 417, 431)
  std::string_view reason;  ///< why; constant text
  bool chunked = false;
  bool expects_continue = false;
  std::optional<std::uint64_t> content_length;
};

/// `head`: from the request line to the blank line, both inclusive. Refused: CR or LF alone, NUL and other
/// control characters, obs-fold, a name that is no token or is not followed by its colon, an empty first
/// line; Transfer-Encoding other than one "chunked", in HTTP/1.0, or with Content-Length; Content-Length
/// several times, signed, listed or over 18 digits; Host missing (HTTP/1.1), several times or with bytes
/// outside a host; Expect other than 100-continue; more than `max_fields` fields.
HeadFacts check_head(std::string_view head, std::size_t max_fields);

/// host[:port] of letters, digits, '-', '.', '_', ':' and brackets; not empty.
bool is_host(std::string_view text);

}  // namespace boltseal::http
