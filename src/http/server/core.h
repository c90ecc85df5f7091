// What all loops and connections of one server share, and the steps that HTTP/1.1 and HTTP/2 have in common:
// asking the handlers, making refusals, accounting. Internal. Thread safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "http/server/body_budget.h"
#include "http/server/owned_request.h"
#include "http/server/server.h"
#include "http/server/worker_pool.h"

namespace boltseal::http {

class Core {
 public:
  Core(ServerOptions options, Handlers handlers);

  const ServerOptions& options() const { return options_; }
  const ServerLimits& limits() const { return options_.limits; }
  BodyBudget& bodies() { return bodies_; }
  WorkerPool& workers() { return workers_; }

  std::uint64_t next_request_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

  /// The answer of the fast handler, if it is to be asked and has one. An exception ends as null and `handle`
  /// answers.
  ReadyResponsePtr ask_fast(const RequestHead& head, bool has_body) const;
  Plan ask_plan(const RequestHead& head) const;
  Response run_handler(Request& request) const;
  /// The answer to what the server itself refuses.
  Response refusal(int status, std::string_view reason) const;
  /// 301 for a path that is not clean; false: go on.
  bool redirect_of(const RequestHead& head, Response& answer) const;

  /// Tells observers and the access log.
  void account(const RequestHead& head, const Exchange& exchange);

  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::size_t> open_connections{0};

 private:
  /// The answer, or 500 where it can't be written.
  Response checked(Response answer, const RequestHead& head) const;
  void write_access_log(const RequestHead& head, const Exchange& exchange) const;

  ServerOptions options_;
  Handlers handlers_;
  BodyBudget bodies_;
  std::atomic<std::uint64_t> next_id_;
  std::uint64_t first_id_;
  WorkerPool workers_;

 public:
  std::uint64_t requests() const { return next_id_.load(std::memory_order_relaxed) - first_id_; }
};

}  // namespace boltseal::http
