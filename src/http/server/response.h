// Responses of the HTTP server: `Response` for what is computed, `ReadyResponse` for the hot path (made once,
// written many times). One builder for header fields: printable ASCII only (SECURITY 25).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boltseal::http {

/// Header fields of a response, in order. A name that is no token, a value that is not printable ASCII (so
/// CR and LF too), or a field that belongs to the server itself (Connection, Content-Length, Date,
/// Keep-Alive, Server, Trailer, Transfer-Encoding, Upgrade) spoils the whole: the server then answers 500 and
/// logs `response_header_refused`. Value type.
class HeaderList {
 public:
  using Field = std::pair<std::string, std::string>;

  HeaderList() = default;
  HeaderList(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  void add(std::string_view name, std::string_view value);
  bool ok() const { return ok_; }
  const std::vector<Field>& fields() const { return fields_; }
  /// Value of the first field of that name (any case); empty when there is none.
  std::string_view find(std::string_view name) const;

 private:
  std::vector<Field> fields_;
  bool ok_ = true;
};

/// What does not change between two writes of an answer: header bytes of HTTP/1.1 and fields of HTTP/2, body,
/// and the 304 form. Immutable; shared between threads.
class ReadyResponse {
 public:
  /// etag: quoted entity tag (see conditional.h) or empty. With one, the server answers If-None-Match of GET
  /// and HEAD by itself with 304. internal when a header is refused.
  static Result<std::shared_ptr<const ReadyResponse>> make(int status, HeaderList headers, std::string body,
                                                           std::string etag = {});

  int status() const { return status_; }
  const std::string& body() const { return body_; }
  const std::string& etag() const { return etag_; }
  const HeaderList& headers() const { return headers_; }  ///< with ETag, without Content-Length and Date

  /// HTTP/1.1: status line and fields (Content-Length too), up to where the Date line goes.
  const std::string& head() const { return head_; }
  const std::string& not_modified_head() const { return not_modified_head_; }  ///< empty without an etag
  /// HTTP/2: fields with lower-case names, content-length last; without :status and date.
  const std::vector<HeaderList::Field>& h2_fields() const { return h2_fields_; }

 private:
  ReadyResponse() = default;
  int status_ = 200;
  HeaderList headers_;
  std::string body_;
  std::string etag_;
  std::string head_;
  std::string not_modified_head_;
  std::vector<HeaderList::Field> h2_fields_;
};

using ReadyResponsePtr = std::shared_ptr<const ReadyResponse>;

inline namespace server {
// Inline: a program may link http/client too, which has another type of this name.

/// A computed answer. To HEAD the server sends the head alone, with the length of the body.
struct Response {
  int status = 200;
  HeaderList headers;
  std::string body;
  /// HTTP/2: fields behind the body, as gRPC needs them (without any and with no body, the head ends the
  /// answer). With any, no Content-Length is sent. HTTP/1.1 and answers to HEAD leave them out. Refused as
  /// `headers` are.
  HeaderList trailers;
  ReadyResponsePtr ready;  ///< when set it is the answer, and the rest is not looked at
  bool close = false;      ///< HTTP/1.1: close the connection after it
};

}  // namespace server

/// ASCII letters alone change.
std::string lower_case(std::string_view text);

/// "Not Found"; "Unknown" for a status without a name.
std::string_view reason_phrase(int status);

/// Status line and fields of an HTTP/1.1 answer, up to where Date and Connection go; with a Content-Length
/// line unless the status forbids it (1xx, 204, 304). internal when a header is refused.
Result<std::string> response_head(int status, const HeaderList& headers, std::size_t content_length);

/// "Date: Tue, 24 Nov 2026 07:00:00 GMT\r\n", made anew once a second. Thread safe; valid until the next call
/// in this thread.
std::string_view date_line();

}  // namespace boltseal::http
