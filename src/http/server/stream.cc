#include "http/server/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace boltseal::http {
namespace {

constexpr std::size_t kRecord = 16 << 10;      ///< plain bytes of one TLS record
constexpr std::size_t kReadyLimit = 64 << 10;  ///< ciphertext collected before it is sent
constexpr std::size_t kReadyMost = 256 << 10;  ///< even for answers to key updates and alerts

SSL* ssl_of(void* ssl) { return static_cast<SSL*>(ssl); }

}  // namespace

/// The BIO between OpenSSL and the stream.
struct StreamBio {
  static int read(BIO* bio, char* data, std::size_t size, std::size_t* got) {
    auto* stream = static_cast<Stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *got = 0;
    if (stream->drained_) {  // saves the system call that would say the same
      BIO_set_retry_read(bio);
      return 0;
    }
    const ssize_t n = ::recv(stream->fd_, data, size, 0);
    if (n > 0) {
      *got = static_cast<std::size_t>(n);
      stream->drained_ = *got < size;
      return 1;
    }
    if (n == 0) {
      stream->eof_ = true;
    } else if (errno == EAGAIN || errno == EINTR) {
      stream->drained_ = errno == EAGAIN;
      BIO_set_retry_read(bio);
    }
    return 0;
  }

  static int write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
    auto* stream = static_cast<Stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    *written = 0;
    if (stream->ready_.size() > kReadyMost) {
      BIO_set_retry_write(bio);
      return 0;
    }
    stream->ready_.append(data, size);
    *written = size;
    return 1;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return static_cast<Stream*>(BIO_get_data(bio))->eof_ ? 1 : 0;
    return 0;
  }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* made = [] {
      BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "boltseal stream");
      BIO_meth_set_read_ex(m, read);
      BIO_meth_set_write_ex(m, write);
      BIO_meth_set_ctrl(m, control);
      return m;
    }();
    return made;
  }
};

Stream::Stream(int fd, std::shared_ptr<const TlsContext> tls) : fd_(fd), tls_(std::move(tls)) {
  if (!tls_) return;
  SSL* ssl = SSL_new(static_cast<SSL_CTX*>(tls_->native()));
  BIO* bio = BIO_new(StreamBio::method());
  if (ssl == nullptr || bio == nullptr) {
    SSL_free(ssl);
    BIO_free(bio);
    return;  // handshake() fails
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  ssl_ = ssl;
}

Stream::~Stream() { SSL_free(ssl_of(ssl_)); }

Io Stream::outcome(int result) {
  switch (SSL_get_error(ssl_of(ssl_), result)) {
    case SSL_ERROR_NONE:
      return Io::ok;
    case SSL_ERROR_WANT_READ:
      return Io::want_read;
    case SSL_ERROR_WANT_WRITE:
      return Io::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return Io::eof;
    default:
      return eof_ ? Io::eof : Io::failed;
  }
}

Io Stream::handshake() {
  if (!tls_) return Io::ok;
  if (ssl_ == nullptr) return Io::failed;
  ERR_clear_error();
  const Io result = outcome(SSL_do_handshake(ssl_of(ssl_)));
  if (ready_.empty()) return result;
  // Also after a failure: the alert tells the peer what was wrong.
  const Io sent = send_ready();
  if (result != Io::ok && result != Io::want_read) return result;
  return sent == Io::ok ? result : sent;
}

bool Stream::chose_h2() const {
  if (ssl_ == nullptr) return false;
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_of(ssl_), &name, &size);
  return size == 2 && name[0] == 'h' && name[1] == '2';
}

std::string Stream::client_certificate_der() const {
  if (ssl_ == nullptr) return {};
  X509* certificate = SSL_get0_peer_certificate(ssl_of(ssl_));
  if (certificate == nullptr || SSL_get_verify_result(ssl_of(ssl_)) != X509_V_OK) return {};
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &out);
  return der;
}

Io Stream::read(char* data, std::size_t size, std::size_t& got) {
  got = 0;
  if (tls_) {
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_of(ssl_), data, size, &got);
    const Io io = result == 1 ? Io::ok : outcome(result);
    if (!ready_.empty() && sent_ < ready_.size() && send_ready() == Io::failed) return Io::failed;
    return io;
  }
  if (drained_) return Io::want_read;
  const ssize_t n = ::recv(fd_, data, size, 0);
  if (n > 0) {
    got = static_cast<std::size_t>(n);
    drained_ = got < size;
    return Io::ok;
  }
  if (n == 0) return Io::eof;
  if (errno == EINTR) return Io::ok;
  if (errno != EAGAIN) return Io::failed;
  drained_ = true;
  return Io::want_read;
}

bool Stream::may_have_more() const {
  return !drained_ || (ssl_ != nullptr && SSL_has_pending(ssl_of(ssl_)) == 1);
}

Io Stream::write(std::string_view data, bool last, std::size_t& taken) {
  taken = 0;
  if (!tls_) {
    if (data.empty()) return Io::ok;
    const ssize_t n = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN || errno == EINTR ? Io::want_write : Io::failed;
    taken = static_cast<std::size_t>(n);
    bytes_sent_ += taken;
    return taken == data.size() ? Io::ok : Io::want_write;
  }
  ERR_clear_error();
  while (taken < data.size()) {
    if (ready_.size() >= kReadyLimit) {
      const Io sent = send_ready();
      if (sent != Io::ok) return sent;
    }
    std::size_t n = 0;
    const int result =
        SSL_write_ex(ssl_of(ssl_), data.data() + taken, std::min(kRecord, data.size() - taken), &n);
    if (result != 1) return outcome(result);
    taken += n;
  }
  if (last) SSL_shutdown(ssl_of(ssl_));
  return send_ready();
}

Io Stream::flush() { return ready_.empty() ? Io::ok : send_ready(); }

Io Stream::send_ready() {
  while (sent_ < ready_.size()) {
    const ssize_t n = ::send(fd_, ready_.data() + sent_, ready_.size() - sent_, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? Io::want_write : Io::failed;
    }
    sent_ += static_cast<std::size_t>(n);
    bytes_sent_ += static_cast<std::size_t>(n);
  }
  // Keeps a small buffer for the next answer, gives a large one back.
  if (ready_.capacity() > kRecord) {
    std::string().swap(ready_);
  } else {
    ready_.clear();
  }
  sent_ = 0;
  return Io::ok;
}

}  // namespace boltseal::http
