// Bytes to and from one non-blocking socket, plain or through TLS. Internal. TLS reads the socket directly
// into OpenSSL's buffer and collects what it writes, so that a flight, or an answer with its closing alert,
// is one system call. Not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/server/tls_context.h"

namespace boltseal::http {

enum class Io : std::uint8_t {
  ok,
  want_read,   ///< wait until the socket is readable, then repeat
  want_write,  ///< wait until it is writable, then repeat
  eof,         ///< the peer has sent all
  failed       ///< broken; close
};

class Stream {
 public:
  /// `fd` is borrowed. tls: null for plain text.
  Stream(int fd, std::shared_ptr<const TlsContext> tls);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool is_tls() const { return tls_ != nullptr; }
  Io handshake();         ///< ok at once when plain
  bool chose_h2() const;  ///< after the handshake
  std::string client_certificate_der() const;

  Io read(char* data, std::size_t size, std::size_t& got);
  /// Bytes may lie ready without a new event of the socket.
  bool may_have_more() const;
  /// Tells that the socket has become readable.
  void readable() { drained_ = false; }

  /// Takes from the front of `data` what goes now. `last`: nothing follows, so TLS closes its side behind it.
  Io write(std::string_view data, bool last, std::size_t& taken);
  /// Sends what TLS has ready and what an earlier write left.
  Io flush();
  /// How many bytes the socket has taken so far.
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  friend struct StreamBio;
  Io outcome(int result);
  Io send_ready();

  int fd_;
  std::shared_ptr<const TlsContext> tls_;  ///< the context that the connection began with outlives a reload
  void* ssl_ = nullptr;                    ///< SSL; OpenSSL stays out of this header
  std::string ready_;                      ///< ciphertext for the socket
  std::size_t sent_ = 0;                   ///< how much of ready_ is gone
  std::uint64_t bytes_sent_ = 0;
  bool drained_ = false;  ///< the last read took all that the socket had
  bool eof_ = false;
};

}  // namespace boltseal::http
