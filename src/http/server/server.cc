#include "http/server/server.h"

#include <thread>

#include "http/server/core.h"
#include "http/server/listener.h"
#include "http/server/loop.h"

namespace boltseal::http {
namespace {

constexpr std::chrono::milliseconds kLook{5};

}  // namespace

struct Server::State {
  State(ServerOptions options, Handlers handlers) : core(std::move(options), std::move(handlers)) {}

  Core core;
  std::vector<std::shared_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<Loop>> loops;

  Result<void> bind() {
    for (const ListenerOptions& options : core.options().listeners) {
      listeners.push_back(BS_TRY(Listener::open(options, core.options().loops)));
    }
    for (const auto& listener : listeners) {
      std::vector<Fd> sockets = listener->take_sockets();
      for (std::size_t i = 0; i < sockets.size(); ++i) {
        BS_TRY(loops[i]->add_listener(std::move(sockets[i]), listener));
      }
    }
    return {};
  }
};

Server::Server(ServerOptions options, Handlers handlers)
    : state_(std::make_unique<State>(std::move(options), std::move(handlers))) {}

Server::~Server() { stop(); }

Result<std::vector<BoundAddress>> Server::start() {
  State& s = *state_;
  for (std::size_t i = 0; i < s.core.options().loops; ++i) s.loops.push_back(std::make_unique<Loop>(s.core));
  if (auto bound = s.bind(); !bound) {
    s.loops.clear();
    s.listeners.clear();
    return fail(std::move(bound).error());
  }
  std::vector<BoundAddress> addresses;
  for (const auto& listener : s.listeners) addresses.push_back(listener->bound());
  for (auto& loop : s.loops) loop->start();
  return addresses;
}

Result<void> Server::reload() {
  // All are read before any is changed.
  std::vector<std::shared_ptr<const TlsContext>> fresh;
  for (const auto& listener : state_->listeners) {
    const ListenerOptions& options = listener->options();
    fresh.push_back(options.tls ? BS_TRY(TlsContext::load(*options.tls, options.http2)) : nullptr);
  }
  for (std::size_t i = 0; i < fresh.size(); ++i) state_->listeners[i]->set_tls(fresh[i]);
  return {};
}

void Server::stop(std::chrono::milliseconds grace) {
  State& s = *state_;
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (auto& loop : s.loops) loop->begin_shut_down();
  while (s.core.open_connections.load() > 0 && std::chrono::steady_clock::now() < deadline &&
         !s.loops.empty()) {
    std::this_thread::sleep_for(kLook);
  }
  for (auto& loop : s.loops) loop->close_all();
  s.core.workers().stop();
  for (auto& loop : s.loops) loop->join();
  s.loops.clear();
}

ServerStatistics Server::statistics() const {
  const Core& core = state_->core;
  ServerStatistics out;
  out.accepted = core.accepted.load(std::memory_order_relaxed);
  out.refused = core.refused.load(std::memory_order_relaxed);
  out.requests = core.requests();
  out.open_connections = core.open_connections.load(std::memory_order_relaxed);
  out.bodies_in_memory = const_cast<Core&>(core).bodies().used();
  return out;
}

}  // namespace boltseal::http
