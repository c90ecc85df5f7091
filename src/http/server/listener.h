// Listening sockets and the TLS context that new connections of a listener get. Internal.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/files.h"
#include "http/server/server.h"
#include "http/server/tls_context.h"

namespace boltseal::http {

class Listener {
 public:
  /// Binds; one socket for each loop. bad_config, io_error.
  static Result<std::shared_ptr<Listener>> open(const ListenerOptions& options, std::size_t loops);

  const BoundAddress& bound() const { return bound_; }
  std::vector<Fd> take_sockets() { return std::move(sockets_); }
  const ListenerOptions& options() const { return options_; }

  /// Null for plain text. Thread safe.
  std::shared_ptr<const TlsContext> tls() const;
  void set_tls(std::shared_ptr<const TlsContext> tls);

 private:
  Listener() = default;
  ListenerOptions options_;
  BoundAddress bound_;
  std::vector<Fd> sockets_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> tls_;
};

/// "127.0.0.1:80" or "[::1]:80" of a socket address; empty for other families.
std::string address_text(const void* socket_address);

}  // namespace boltseal::http
