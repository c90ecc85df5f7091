// Takes the body of an HTTP/1.1 request out of its framing (RFC 9112 sections 6 and 7.1), however the bytes
// are cut.
//
// Strict, since a second reading of the same bytes is another request (SECURITY rule 25): CRLF alone ends a
// line, a chunk's size is 1 to 16 hex digits with nothing around them, trailer fields have a name and
// printable text. Extensions and trailers are dropped; much more of them than of data is
// refused. Internal; not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boltseal::http {

class BodyReader {
 public:
  /// `length`: of Content-Length; none: chunked.
  explicit BodyReader(std::optional<std::uint64_t> length);

  struct Fed {
    std::size_t consumed = 0;  ///< all of the bytes, unless it is done or refused
    bool done = false;
    int refused = 0;  ///< 400 wrong framing, 413 longer than `limit`; the connection can't go on
  };
  /// Appends what `bytes` hold of the body to `body`, which never grows over `limit`.
  Fed feed(std::string_view bytes, std::string& body, std::size_t limit);

 private:
  enum class State : std::uint8_t {
    size,           // hex digits
    extension,      // to the end of the size line
    size_lf,        // its LF
    data,           // left_ bytes
    data_cr,        // CR behind a chunk
    data_lf,        // its LF
    trailer_start,  // first byte of a trailer line, or the CR of the blank one
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,  // LF of the blank line
    known,   // left_ bytes of a body of known length
    done
  };
  bool step(char c);
  bool digit(char c);

  State state_;
  std::uint64_t left_ = 0;
  unsigned digits_ = 0;
  std::uint64_t excess_ = 0;  // bytes of framing beyond what the data excuses
};

}  // namespace boltseal::http
