// A bounded set of database sessions, opened as they are needed. Thread safe; must outlive its leases.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "db/sql.h"

namespace boltseal::db {

using Connect = std::function<Result<std::unique_ptr<Session>>()>;

class Pool {
 public:
  struct Options {
    std::size_t size = 8;
    std::chrono::milliseconds wait{10'000};  ///< deadline of acquire
  };

  Pool(Connect connect, Options options) : connect_(std::move(connect)), options_(options) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// A borrowed session; goes back with the lease, or is closed if it is no longer usable.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : pool_(other.pool_), session_(std::move(other.session_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Session& operator*() const { return *session_; }
    Session* operator->() const { return session_.get(); }

   private:
    friend class Pool;
    Lease(Pool* pool, std::unique_ptr<Session> session) : pool_(pool), session_(std::move(session)) {}
    Pool* pool_;
    std::unique_ptr<Session> session_;
  };

  /// locked: none became free in time. Errors of connecting: unreachable, unauthorized, tls_failed,
  /// timed_out, bad_config.
  Result<Lease> acquire();

 private:
  void give_back(std::unique_ptr<Session> session);
  Connect connect_;
  Options options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Session>> idle_;
  std::size_t open_ = 0;
};

}  // namespace boltseal::db
