// HTTP client. Everything is bounded: body, header, time to connect, total time, throughput. Answers arrive
// whole in memory. Errors: unreachable (also an answer that was cut off), tls_failed, timed_out,
// limit_exceeded, length_mismatch (a whole answer without its announced length), bad_response, usage (a
// plain-HTTP URL that was not allowed), bad_config (TLS files), io_error (libcurl missing). A status of 400
// and more is an answer, not an error.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "http/client/proxy.h"
#include "http/client/tls_files.h"
#include "http/url.h"

namespace boltseal::http {

// A program may link client and server: their types of one name (Request, Response, TlsFiles) must be two to
// the linker.
inline namespace of_client {

struct Header {
  std::string name;
  std::string value;
};

/// Copyable (the authorization is shared).
struct Request {
  explicit Request(Url u) : url(std::move(u)) {}
  std::string method = "GET";
  Url url;
  std::vector<Header> headers;                  ///< never Authorization, Host or Content-Length
  std::shared_ptr<const Secret> authorization;  ///< whole field value; kept for the same origin only
  std::string body;
  bool has_body = false;                        ///< POST and PUT always send a Content-Length
  std::size_t body_limit = 1u << 20;            ///< bytes of the answer's body
  std::chrono::milliseconds deadline{120'000};  ///< for the whole exchange, redirects counted singly
  int max_redirects = 0;                        ///< 0: a 3xx is the answer; only for GET and HEAD
  std::string unix_socket;                      ///< path; empty = TCP
  bool allow_plain_http = false;                ///< loopback and unix sockets need no permission
  bool skip_certificate_check = false;          ///< insecure registries only, never a trust server
};

/// Header names are compared without case. Values come from outside: escape before showing.
struct Response {
  explicit Response(Url u) : url(std::move(u)) {}
  int status = 0;
  std::vector<Header> headers;
  std::string body;              ///< capacity exceeds size by at least 64 bytes
  std::vector<Header> trailers;  ///< fields behind the body; under the limits of the headers
  Url url;                       ///< after redirects

  const std::string* find(std::string_view name) const;  ///< first header field of that name
  const std::string* find_trailer(std::string_view name) const;
};

/// Used by one thread at a time.
class Client {
 public:
  virtual ~Client() = default;
  virtual Result<Response> send(const Request& request);
  /// Side by side; answers in the order of the requests.
  virtual std::vector<Result<Response>> send_all(const std::vector<Request>& requests) = 0;
};

struct ClientOptions {
  std::string user_agent = "boltseal";
  TlsFiles tls;  ///< for every host
  /// Files of one host, added to `tls`; called once for each authority. Empty = none.
  std::function<Result<TlsFiles>(const Url&)> tls_for_host;
  ProxyRules proxies;  ///< default: none
  std::chrono::milliseconds connect_timeout{30'000};
  long low_speed_bytes = 100;            ///< fewer bytes a second ...
  long low_speed_seconds = 30;           ///< ... for so long: timed_out
  std::size_t header_limit = 64u << 10;  ///< bytes of all header fields
  std::size_t side_by_side = 16;         ///< requests in flight
};

}  // namespace of_client

/// Client on libcurl, which is opened at the first request. Connections, TLS sessions and HTTP/2 streams are
/// kept and shared between requests.
std::unique_ptr<Client> make_curl_client(ClientOptions options);

/// "GET https://host/path": for messages; foreign text escaped, no query (it may hold secrets).
std::string describe(const Request& request);

}  // namespace boltseal::http
