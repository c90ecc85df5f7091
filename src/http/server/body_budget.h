// How much memory the bodies of all requests may take together. Internal.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace boltseal::http {

/// Thread safe.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit) : limit_(limit) {}

  bool take(std::size_t bytes) {
    const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (bytes <= limit_ && before <= limit_ - bytes) return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

/// A share of the budget; grows step by step, given back at the end. Movable; the budget outlives it.
class BodyLease {
 public:
  BodyLease() = default;
  BodyLease(BodyLease&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyLease& operator=(BodyLease&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  BodyLease(const BodyLease&) = delete;
  BodyLease& operator=(const BodyLease&) = delete;
  ~BodyLease() {
    if (budget_ != nullptr) budget_->give_back(bytes_);
  }

  /// Raises the share to `bytes`; false when the budget has not that much.
  bool grow_to(BodyBudget& budget, std::size_t bytes) {
    if (bytes <= bytes_) return true;
    if (!budget.take(bytes - bytes_)) return false;
    budget_ = &budget;
    bytes_ = bytes;
    return true;
  }

 private:
  BodyBudget* budget_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace boltseal::http
