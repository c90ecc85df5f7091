#include "http/server/connection.h"

#include <sys/socket.h>

#include "http/server/loop.h"

namespace boltseal::http {
namespace {

constexpr std::chrono::seconds kLingerTime{2};
constexpr std::size_t kLingerBytes = 1 << 20;

}  // namespace

Connection::Connection(Loop& loop, TcpSocket socket, std::string address,
                       std::shared_ptr<const TlsContext> tls)
    : loop_(loop),
      socket_(std::move(socket)),
      address_(std::move(address)),
      stream_(socket_.native_handle(), std::move(tls)) {}

Connection::~Connection() { loop_.core().open_connections.fetch_sub(1, std::memory_order_relaxed); }

Core& Connection::core() { return loop_.core(); }

void Connection::start() {
  deadline_ = std::chrono::steady_clock::now() + core().limits().handshake;
  advance();
}

bool Connection::finish_handshake() {
  const Io io = stream_.handshake();
  if (io == Io::want_read) {
    wait_readable();
    return false;
  }
  if (io == Io::want_write) {
    wait_writable();
    return false;
  }
  if (io != Io::ok) {
    close();
    return false;
  }
  peer_ = std::make_shared<const Peer>(
      Peer{std::move(address_), stream_.is_tls(), stream_.client_certificate_der()});
  protocol_ = stream_.chose_h2() ? make_h2_session(*this) : make_h1_session(*this);
  if (loop_.stopping()) protocol_->shut_down();
  return true;
}

void Connection::advance() {
  if (closed_) return;
  if (lingering_) return on_lingering_input();
  if (!protocol_ && !finish_handshake()) return;
  follow(protocol_->advance());
}

void Connection::follow(Want want) {
  switch (want) {
    case Want::read:
      wait_readable();
      break;
    case Want::write:
      wait_writable();
      break;
    case Want::answer:
      break;
    case Want::yield:
      asio::post(loop_.context(), [self = shared_from_this()] { self->advance(); });
      break;
    case Want::linger:
      linger();
      break;
    case Want::close:
      close();
      break;
  }
}

void Connection::wait_readable() {
  if (reading_) return;
  reading_ = true;
  socket_.async_wait(TcpSocket::wait_read, [self = shared_from_this()](const boost::system::error_code& ec) {
    self->reading_ = false;
    if (ec) return self->close();
    self->stream_.readable();
    self->advance();
  });
}

void Connection::wait_writable() {
  if (writing_) return;
  writing_ = true;
  socket_.async_wait(TcpSocket::wait_write, [self = shared_from_this()](const boost::system::error_code& ec) {
    self->writing_ = false;
    if (ec) return self->close();
    self->advance();
  });
}

bool Connection::run_on_worker(std::uint32_t stream_id, std::shared_ptr<OwnedRequest> request) {
  return core().workers().submit([self = shared_from_this(), stream_id, request = std::move(request)] {
    // The answer is shared so that the posted function can be copied, as std::function and Asio may.
    auto response = std::make_shared<Response>(self->core().run_handler(*request));
    asio::post(self->loop_.context(), [self, stream_id, response] {
      if (self->closed_ || !self->protocol_) return;
      self->protocol_->answer(stream_id, std::move(*response));
      self->advance();
    });
  });
}

void Connection::tick(SteadyTime now) {
  if (closed_) return;
  if (!protocol_ || lingering_) {
    if (now > deadline_) close();
    return;
  }
  if (protocol_->in_time(now)) return;
  const auto self = shared_from_this();
  advance();
}

void Connection::shut_down() {
  if (closed_ || lingering_ || !protocol_) return;
  protocol_->shut_down();
  advance();
}

/// Closing with unread input would send RST, which may destroy the answer on its way (RFC 9112 9.6).
void Connection::linger() {
  ::shutdown(socket_.native_handle(), SHUT_WR);
  lingering_ = true;
  deadline_ = std::chrono::steady_clock::now() + kLingerTime;
  on_lingering_input();
}

void Connection::on_lingering_input() {
  char sink[4096];
  while (true) {
    const ssize_t n = ::recv(socket_.native_handle(), sink, sizeof sink, 0);
    if (n < 0 && errno == EAGAIN) return wait_readable();
    if (n <= 0) return close();
    lingered_ += static_cast<std::size_t>(n);
    if (lingered_ > kLingerBytes) return close();
  }
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  loop_.forget(*this);
}

}  // namespace boltseal::http
