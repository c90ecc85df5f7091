#include "http/server/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/untrusted.h"

namespace boltseal::http {
namespace {

constexpr int kBacklog = 1024;
constexpr int kDeferSeconds = 5;

tl::unexpected<Error> failed(std::string_view what, const std::string& address) {
  const int error = errno;
  std::string hint;
  if (error == EADDRINUSE) hint = "another program listens there; choose another port or stop it";
  if (error == EACCES) hint = "ports below 1024 need privileges";
  return fail(ErrorCode::io_error,
              std::string(what) + " " + escape_untrusted(address) + ": " + std::strerror(error),
              std::move(hint));
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// "host:port", "[v6]:port", ":port" (all interfaces).
Result<SocketAddress> resolve(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) {
    return fail(ErrorCode::bad_config, "the listen address " + escape_untrusted(text) + " has no port");
  }
  std::string host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int result = getaddrinfo(host.empty() ? "::" : host.c_str(), port.c_str(), &hints, &found);
  if (result != 0 || found == nullptr) {
    return fail(ErrorCode::bad_config,
                "the listen address " + escape_untrusted(text) + " is not usable: " + gai_strerror(result));
  }
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  freeaddrinfo(found);
  return address;
}

void set(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

/// Options that accepted sockets inherit, so that they cost nothing later.
void tune(int fd) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // Clients speak first: the kernel hands a connection over when its first bytes are there.
  set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, kDeferSeconds);
}

Result<Fd> open_socket(const SocketAddress& address, const std::string& text) {
  Fd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return failed("can't make a socket for", text);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  tune(fd.get());
  return fd;
}

Result<std::vector<Fd>> bind_sockets(SocketAddress address, const std::string& text, std::size_t loops) {
  std::vector<Fd> sockets;
  for (std::size_t i = 0; i < loops; ++i) {
    Fd fd = BS_TRY(open_socket(address, text));
    // The first socket binds without SO_REUSEPORT: otherwise a second server of the same user would share the
    // port without a word. From then on the others may join it.
    if (i > 0) set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    if (::bind(fd.get(), address.get(), address.size) != 0) return failed("can't listen on", text);
    if (i == 0) {
      set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
      if (getsockname(fd.get(), address.get(), &address.size) != 0) return failed("can't listen on", text);
    }
    if (::listen(fd.get(), kBacklog) != 0) return failed("can't listen on", text);
    sockets.push_back(std::move(fd));
  }
  return sockets;
}

/// A socket that was handed over: one descriptor for each loop, all of the same socket.
Result<std::vector<Fd>> share_socket(int fd, std::size_t loops) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
    return fail(ErrorCode::bad_config,
                "the inherited descriptor " + std::to_string(fd) + " is no listening socket");
  }
  tune(fd);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  std::vector<Fd> sockets;
  for (std::size_t i = 0; i < loops; ++i) {
    Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy.valid()) return failed("can't share", "the inherited socket");
    sockets.push_back(std::move(copy));
  }
  return sockets;
}

}  // namespace

std::string address_text(const void* socket_address) {
  char host[INET6_ADDRSTRLEN] = {};
  const auto* any = static_cast<const sockaddr*>(socket_address);
  if (any->sa_family == AF_INET) {
    const auto* v4 = static_cast<const sockaddr_in*>(socket_address);
    inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(ntohs(v4->sin_port));
  }
  if (any->sa_family != AF_INET6) return {};
  const auto* v6 = static_cast<const sockaddr_in6*>(socket_address);
  const std::string port = std::to_string(ntohs(v6->sin6_port));
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {  // a v4 client of a dual-stack socket
    inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], host, sizeof host);
    return std::string(host) + ":" + port;
  }
  inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
  return "[" + std::string(host) + "]:" + port;
}

Result<std::shared_ptr<Listener>> Listener::open(const ListenerOptions& options, std::size_t loops) {
  std::shared_ptr<Listener> made(new Listener);
  made->options_ = options;
  if (options.tls) made->tls_ = BS_TRY(TlsContext::load(*options.tls, options.http2));
  if (options.inherited_fd >= 0) {
    made->sockets_ = BS_TRY(share_socket(options.inherited_fd, loops));
  } else {
    const SocketAddress address = BS_TRY(resolve(options.address));
    made->sockets_ = BS_TRY(bind_sockets(address, options.address, loops));
  }
  SocketAddress own;
  own.size = sizeof own.storage;
  getsockname(made->sockets_.front().get(), own.get(), &own.size);
  made->bound_.address = address_text(&own.storage);
  const std::size_t colon = made->bound_.address.rfind(':');
  if (colon == std::string::npos) return fail(ErrorCode::bad_config, "only TCP sockets can be listened on");
  made->bound_.port = static_cast<std::uint16_t>(std::stoi(made->bound_.address.substr(colon + 1)));
  made->bound_.tls = options.tls.has_value();
  return made;
}

std::shared_ptr<const TlsContext> Listener::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void Listener::set_tls(std::shared_ptr<const TlsContext> tls) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
}

}  // namespace boltseal::http
