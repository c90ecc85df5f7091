// What the server's tests share: a running server on free ports, certificates, raw plain and TLS clients.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/server/server.h"

namespace boltseal::http::testing_support {

/// A temporary directory with a CA, two server certificates and a client certificate; removed at the end.
class TestPki {
 public:
  TestPki();
  ~TestPki();
  const std::string& dir() const { return dir_; }
  TlsFiles server() const { return {dir_ + "/server.crt", dir_ + "/server.key", "", false}; }
  std::string ca() const { return dir_ + "/ca.crt"; }
  std::string client_crt() const { return dir_ + "/client.crt"; }
  std::string client_key() const { return dir_ + "/client.key"; }
  /// Makes server.crt and server.key anew, with this common name.
  void issue_server(const std::string& common_name);

 private:
  struct State;
  std::string dir_;
  std::unique_ptr<State> state_;
};

/// A plain TCP client with deadlines. Not thread safe.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  bool connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes);
  /// One response with Content-Length (or none: 204, 304, after HEAD when `bare`); empty on close or timeout.
  std::string response(bool bare = false, int timeout_ms = 10'000);
  /// All until the peer closes; nullopt-like: `closed` says whether it did.
  std::string until_close(bool& closed, int timeout_ms = 10'000);
  void half_close();
  int fd() const { return fd_; }

 private:
  bool fill(int timeout_ms);
  int fd_ = -1;
  std::string in_;
};

/// Status of "HTTP/1.1 200 ..."; 0 when it is none.
int status_of(std::string_view response);
std::string_view body_of(std::string_view response);

/// Output of a shell command; `status` its exit.
std::string run(const std::string& command, int* status = nullptr);

/// A started server with one plain listener (and a TLS one when `pki` is given).
struct RunningServer {
  explicit RunningServer(Handlers handlers, ServerLimits limits = {}, const TestPki* pki = nullptr,
                         bool client_ca = false);
  std::uint16_t plain = 0;
  std::uint16_t tls = 0;
  std::unique_ptr<Server> server;
};

/// fast: /fast and /big (1 MiB), with entity tags. handle: /echo gives the body back, /throw throws, /header
/// sets a bad header, /trailers gives the body back and trailers behind it, else 404.
Handlers sample_handlers();

}  // namespace boltseal::http::testing_support
