#include "http/server/loop.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "http/server/connection.h"

namespace boltseal::http {
namespace {

constexpr std::chrono::milliseconds kTick{500};
constexpr std::chrono::milliseconds kPause{100};
constexpr int kAcceptsInARow = 32;

}  // namespace

Loop::Loop(Core& core) : core_(core), context_(1), work_(context_.get_executor()), timer_(context_) {}

Loop::~Loop() { join(); }

Result<void> Loop::add_listener(Fd fd, const std::shared_ptr<Listener>& listener) {
  auto door = std::make_unique<Door>(Door{TcpAcceptor(context_), listener, SteadyTimer(context_)});
  boost::system::error_code ec;
  door->acceptor.assign(asio::ip::tcp::v4(), fd.get(), ec);
  if (ec) return fail(ErrorCode::io_error, "can't watch the listening socket: " + ec.message());
  fd.release();
  doors_.push_back(std::move(door));
  return {};
}

void Loop::start() {
  for (auto& door : doors_) wait_for_connections(*door);
  thread_ = std::thread([this] { context_.run(); });
}

void Loop::wait_for_connections(Door& door) {
  door.acceptor.async_wait(TcpAcceptor::wait_read, [this, &door](const boost::system::error_code& ec) {
    if (ec || stopping_) return;
    for (int i = 0; i < kAcceptsInARow; ++i) {
      if (accept_one(door)) continue;
      if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) break;
      return pause(door);
    }
    wait_for_connections(door);
  });
}

/// False with errno when there is nothing to accept.
bool Loop::accept_one(Door& door) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd = ::accept4(door.acceptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return errno == ECONNABORTED || errno == EINTR;
  core_.accepted.fetch_add(1, std::memory_order_relaxed);
  if (core_.open_connections.fetch_add(1, std::memory_order_relaxed) >= core_.limits().connections) {
    core_.open_connections.fetch_sub(1, std::memory_order_relaxed);
    core_.refused.fetch_add(1, std::memory_order_relaxed);
    ::close(fd);
    return true;
  }
  open_connection(door, fd, address_text(&address));
  return true;
}

void Loop::open_connection(Door& door, int fd, std::string address) {
  TcpSocket socket(context_);
  boost::system::error_code ec;
  socket.assign(asio::ip::tcp::v4(), fd, ec);
  if (ec) {
    core_.open_connections.fetch_sub(1, std::memory_order_relaxed);
    ::close(fd);
    return;
  }
  auto connection =
      std::make_shared<Connection>(*this, std::move(socket), std::move(address), door.listener->tls());
  connection->index = connections_.size();
  connections_.push_back(connection);
  if (!ticking_) start_ticking();
  connection->start();
}

/// Out of descriptors: wait, so that the loop does not spin while others finish.
void Loop::pause(Door& door) {
  log::warning("accept_paused", {{"reason", "out of file descriptors or memory"}});
  door.pause.expires_after(kPause);
  door.pause.async_wait([this, &door](const boost::system::error_code& ec) {
    if (!ec && !stopping_) wait_for_connections(door);
  });
}

/// Ticks only while there are connections: an idle server sleeps.
void Loop::start_ticking() {
  ticking_ = true;
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& ec) {
    ticking_ = false;
    if (ec) return;
    tick();
    if (!connections_.empty()) start_ticking();
  });
}

void Loop::tick() {
  const SteadyTime now = std::chrono::steady_clock::now();
  // A connection that closes swaps the last one into its place: backwards, each is visited.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    const std::shared_ptr<Connection> connection = connections_[i];
    connection->tick(now);
  }
}

void Loop::forget(Connection& connection) {
  const std::size_t at = connection.index;
  if (at + 1 != connections_.size()) {
    connections_[at] = std::move(connections_.back());
    connections_[at]->index = at;
  }
  connections_.pop_back();
}

void Loop::begin_shut_down() {
  asio::post(context_, [this] {
    stopping_ = true;
    boost::system::error_code ignored;
    for (auto& door : doors_) {
      door->acceptor.close(ignored);
      door->pause.cancel();
    }
    const auto all = connections_;
    for (const auto& connection : all) connection->shut_down();
  });
}

void Loop::close_all() {
  asio::post(context_, [this] {
    const auto all = connections_;
    for (const auto& connection : all) connection->close();
  });
}

void Loop::join() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] {
    timer_.cancel();
    work_.reset();
    const auto all = connections_;
    for (const auto& connection : all) connection->close();
  });
  thread_.join();
}

}  // namespace boltseal::http
