// One event loop: a thread, its listening sockets, its connections, its clock tick. Internal.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "http/server/asio.h"
#include "http/server/core.h"
#include "http/server/listener.h"
#include "http/server/protocol.h"

namespace boltseal::http {

class Connection;

class Loop {
 public:
  explicit Loop(Core& core);
  ~Loop();

  /// Before start(): `fd` is this loop's own listening socket of the listener.
  Result<void> add_listener(Fd fd, const std::shared_ptr<Listener>& listener);
  void start();
  void begin_shut_down();  ///< from any thread: accept no more, let requests end
  void close_all();        ///< from any thread: close every connection
  void join();             ///< ends the thread

  Core& core() { return core_; }
  asio::io_context& context() { return context_; }
  bool stopping() const { return stopping_; }
  void forget(Connection& connection);

 private:
  struct Door {
    TcpAcceptor acceptor;
    std::shared_ptr<Listener> listener;
    SteadyTimer pause;
  };
  void wait_for_connections(Door& door);
  bool accept_one(Door& door);
  void open_connection(Door& door, int fd, std::string address);
  void pause(Door& door);
  void start_ticking();
  void tick();

  Core& core_;
  asio::io_context context_;
  asio::executor_work_guard<Executor> work_;
  SteadyTimer timer_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<std::shared_ptr<Connection>> connections_;
  bool ticking_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace boltseal::http
