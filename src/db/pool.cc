#include "db/pool.h"

#include <fmt/core.h>

namespace boltseal::db {

Pool::Lease::~Lease() {
  if (session_) pool_->give_back(std::move(session_));
}

Result<Pool::Lease> Pool::acquire() {
  const auto deadline = std::chrono::steady_clock::now() + options_.wait;
  std::vector<std::unique_ptr<Session>> lost;  // closed after the lock is gone
  {
    std::unique_lock lock(mutex_);
    const auto ready = [&] { return !idle_.empty() || open_ < options_.size; };
    if (!returned_.wait_until(lock, deadline, ready)) {
      return fail(ErrorCode::locked,
                  fmt::format("all {} database connections stayed busy for {} ms", options_.size,
                              options_.wait.count()),
                  "the server is overloaded or its database is slow; try again");
    }
    while (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      if (session->usable()) return Lease(this, std::move(session));
      lost.push_back(std::move(session));
      --open_;
    }
    ++open_;  // a place is taken before the slow part runs outside the lock
    if (lost.size() > 1) returned_.notify_all();
  }
  auto opened = connect_();
  if (!opened) {
    std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    return fail(std::move(opened).error());
  }
  return Lease(this, std::move(*opened));
}

void Pool::give_back(std::unique_ptr<Session> session) {
  const bool keep = session->usable();
  {
    std::lock_guard lock(mutex_);
    if (keep) {
      idle_.push_back(std::move(session));
    } else {
      --open_;
    }
    returned_.notify_one();
  }
}

}  // namespace boltseal::db
