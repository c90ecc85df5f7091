// HTTP/1.1 requests out of bytes: heads by the strict check, then by Beast's parser (both must see the same
// framing), bodies by BodyReader. Internal; one for each connection, not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/server/request.h"

namespace boltseal::http {

class H1Parser {
 public:
  H1Parser();
  ~H1Parser();

  struct Refusal {
    int status = 0;           ///< 0: none
    std::string_view reason;  ///< constant text
  };

  /// `bytes` is one whole head with its blank line, and stays in place until the request is done with. After
  /// it, head() views it.
  Refusal parse_head(std::string_view bytes, std::size_t max_fields);

  const RequestHead& head() const;
  RequestHead& head();
  bool keep_alive() const;
  bool expects_continue() const;
  bool has_body() const;  ///< chunked, or a Content-Length above 0
  std::optional<std::uint64_t> content_length() const;

  struct End {
    std::size_t at = 0;    ///< offset behind the blank line; 0: not there yet
    bool bare_lf = false;  ///< a line ends without CR: never a head
  };
  /// Where the head ends; `from`: how much of `bytes` was searched before.
  static End find_end(std::string_view bytes, std::size_t from);

  struct Fed {
    std::size_t consumed = 0;
    bool done = false;
    Refusal refusal;  ///< 400, or 413 when the decoded body grows over `limit`
  };
  /// Feeds bytes of the body behind the head; decoded ones are appended to `body`.
  Fed feed(std::string_view bytes, std::string& body, std::size_t limit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::http
