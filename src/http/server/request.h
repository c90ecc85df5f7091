// A request as the HTTP server hands it to its handlers: strictly checked before (SECURITY 25), the same for
// HTTP/1.1 and HTTP/2. All text is as sent by the peer: untrusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace boltseal::http {

enum class Method : std::uint8_t { get, head, post, put, del, other };

/// Methods are case sensitive; what is none of the five is `other`.
Method method_of(std::string_view text);

/// ASCII letters fold, nothing else.
bool equal_ignoring_case(std::string_view a, std::string_view b);

struct HeaderField {
  std::string_view name;   ///< HTTP/2: lower case; HTTP/1.1: as sent
  std::string_view value;  ///< without blanks at either end
};

/// The other end of a connection. Immutable; shared by the requests of the connection.
struct Peer {
  std::string address;  ///< "127.0.0.1:40312", "[::1]:40312"
  bool tls = false;
  std::string client_certificate_der;  ///< verified against the listener's client CA; empty without one
};

/// Head of a request: views into memory of the server. In the fast and plan handlers they end with the call;
/// in a `Request` they live as long as it does.
struct RequestHead {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view raw_path;  ///< as sent, without the query; begins with '/' (or is "*" with OPTIONS)
  std::string_view path;      ///< raw_path percent-decoded once
  std::string_view query;     ///< as sent, without the '?'; see query.h
  std::string_view host;      ///< Host or :authority, as sent
  std::span<const HeaderField> headers;
  const Peer* peer = nullptr;
  std::uint64_t id = 0;  ///< unique in this process; see request_id_text()
  bool http2 = false;
  std::size_t head_bytes = 0;  ///< size of the head (HTTP/2: of its fields after decompression)
  /// For the handlers: a mark that fast, plan or handle may set and observe gets (the route, say).
  mutable std::uint32_t mark = 0;
  /// The same for what is larger than a mark (who asks, say).
  mutable std::shared_ptr<void> note;

  /// Value of the first header of that name, whatever its case; empty when there is none.
  std::string_view header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

/// 16 lower-case hex digits, different between processes: what stands in the access log.
std::string request_id_text(std::uint64_t id);

inline namespace server {
// Inline: a program may link http/client too, which has another type of this name.

/// A whole request. Owns everything that its head views. Not copyable; handed to one handler at a time.
class Request {
 public:
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  virtual ~Request() = default;

  const RequestHead& head() const { return head_; }
  std::string_view body() const { return body_; }
  /// Gives the body away (for large uploads); body() is empty afterwards.
  std::string take_body() { return std::move(body_); }

 protected:
  Request() = default;
  RequestHead head_;
  std::string body_;
};

}  // namespace server

/// For tests of handlers without a server: an owned request. `target` is "/path?query"; a target that is not
/// valid gives a head with an empty path.
std::unique_ptr<Request> make_request(std::string_view method, std::string_view target, std::string body = {},
                                      std::span<const HeaderField> headers = {}, Peer peer = {});

}  // namespace boltseal::http
