// HTTP server: HTTP/1.1 and HTTP/2 (ALPN) on TLS 1.2/1.3, HTTP/1.1 without TLS. One event loop a thread, each
// with its own listening socket; a pool of workers for handlers that block. Strict as SECURITY 25 says.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http/server/request.h"
#include "http/server/response.h"

namespace boltseal::http {

inline namespace server {
// Inline: a program may link http/client too, which has another type of this name.

/// PEM files of a TLS listener; read at start and at each reload().
struct TlsFiles {
  std::string certificate;  ///< leaf first, then its intermediates
  std::string key;
  std::string client_ca;  ///< empty: no client certificates are asked for
  bool require_client_certificate = false;
};

}  // namespace server

struct ListenerOptions {
  std::string address;    ///< "127.0.0.1:4443", "[::1]:0", "0.0.0.0:80"; port 0: any free one
  int inherited_fd = -1;  ///< a listening TCP socket handed over (socket activation); then no address
  std::optional<TlsFiles> tls;
  bool http2 = true;  ///< offer h2 by ALPN (TLS only)
};

struct ServerLimits {
  std::size_t connections = 10'000;      ///< over it: accepted and closed
  std::size_t head_bytes = 32 << 10;     ///< HTTP/1.1 head; answers 431
  std::size_t h2_head_bytes = 64 << 10;  ///< HTTP/2 header list
  std::size_t header_fields = 100;
  std::size_t body_bytes = 1 << 20;           ///< where plan gives no other
  std::size_t bodies_in_memory = 512u << 20;  ///< of all requests together; over it 503
  std::uint32_t h2_streams = 100;
  std::size_t queued_jobs = 1024;  ///< waiting for a worker; over it 503
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds head{10'000};    ///< first to last byte of a head
  std::chrono::milliseconds idle{75'000};    ///< between requests
  std::chrono::milliseconds stall{20'000};   ///< a write that makes no progress, a body that brings nothing
  std::size_t body_bytes_per_second = 1024;  ///< least mean rate of a body, after `stall`
};

struct ServerOptions {
  std::vector<ListenerOptions> listeners;
  std::size_t loops = 0;    ///< 0: one for each processor
  std::size_t workers = 0;  ///< 0: twice the processors, at least 4
  ServerLimits limits;
  /// Paths with empty, "." or ".." segments are answered 301 with the cleaned Location, as Go's router does.
  bool redirect_unclean_paths = true;
  log::Level access_log = log::Level::info;  ///< level of the event `request`; off: none
};

/// What to do with a request, decided when its head is there.
struct Plan {
  std::size_t body_limit =
      0;                 ///< 0: ServerLimits::body_bytes. A larger Content-Length is answered 413 at once
  bool on_loop = false;  ///< run `handle` on the loop thread: it must not block
  /// The answer (computed, not `ready`), when the head is enough to refuse: the body is not read.
  std::optional<Response> answer;
};

/// How a request ended, for metrics.
struct Exchange {
  int status = 0;
  std::size_t request_bytes = 0;         ///< head and body
  std::size_t response_bytes = 0;        ///< body
  std::chrono::nanoseconds duration{0};  ///< head complete to answer handed to the connection
};

/// Called from several threads at once. An exception that escapes ends as 500 and is logged.
struct Handlers {
  /// Asked first for GET and HEAD without a body, on the loop thread: must not block. Null goes on to `plan`.
  std::function<ReadyResponsePtr(const RequestHead&)> fast;
  /// Optional; on the loop thread: must not block.
  std::function<Plan(const RequestHead&)> plan;
  /// Every other request; on a worker thread unless the plan says otherwise. May block. Required.
  std::function<Response(Request&)> handle;
  /// Optional: the answer to a request that the server itself refuses (400, 408, 413, 431, 500, 503).
  /// Default: text/plain with the reason and a newline.
  std::function<Response(int status, std::string_view reason)> refuse;
  /// Optional; on the loop thread, after each answered request that had a whole head.
  std::function<void(const RequestHead&, const Exchange&)> observe;
};

struct BoundAddress {
  std::string address;  ///< "127.0.0.1:4443"
  std::uint16_t port = 0;
  bool tls = false;
};

struct ServerStatistics {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  ///< over the limit of connections
  std::uint64_t requests = 0;
  std::size_t open_connections = 0;
  std::size_t bodies_in_memory = 0;
};

/// start() and stop() from one thread; reload() and statistics() from any.
class Server {
 public:
  Server(ServerOptions options, Handlers handlers);
  ~Server();  ///< stop() with no grace
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds all listeners and starts the threads; the addresses are in the order of the listeners. At most
  /// once. bad_config: address, certificate, key or client CA is unusable. io_error: can't bind.
  Result<std::vector<BoundAddress>> start();

  /// Reads the PEM files of all TLS listeners again. New connections get them; open ones go on. On an error
  /// (bad_config) nothing changes.
  Result<void> reload();

  /// Accepts no more, closes idle connections, lets running requests end for at most `grace`, then closes
  /// all. Returns when all threads have ended (a handler that runs is waited for).
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  ServerStatistics statistics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::http
