#include "db/sqlite_pool.h"

#include <fmt/core.h>

#include <chrono>

namespace boltseal::db {

SqlitePool::Lease::~Lease() {
  if (connection_) pool_->give_back(std::move(connection_));
}

Result<SqlitePool::Lease> SqlitePool::acquire() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.wait_ms);
  {
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return !idle_.empty() || open_ < options_.size; };
    if (!returned_.wait_until(lock, deadline, ready)) {
      return fail(
          ErrorCode::locked,
          fmt::format("all {} database connections stayed busy for {} ms", options_.size, options_.wait_ms),
          "the server is overloaded or its disk is slow; try again");
    }
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return Lease(this, std::move(connection));
    }
    ++open_;  // a place is taken before the slow part runs outside the lock
  }
  auto opened = Sqlite::open(path_, options_.connection);
  Result<void> prepared;
  if (opened && options_.prepare) prepared = options_.prepare(**opened);
  if (!opened || !prepared) {
    std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    return fail(opened ? prepared.error() : opened.error());
  }
  return Lease(this, std::move(*opened));
}

void SqlitePool::give_back(std::unique_ptr<Sqlite> connection) {
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace boltseal::db
