// Token buckets by key, in bounded memory. Thread safe, a short lock; does not block.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"
#include "server/auth/bounded_cache.h"
#include "server/auth/options.h"

namespace boltseal::server {

class RateLimit {
 public:
  /// A burst below 1 counts as 1. With per_second 0 everything passes.
  RateLimit(Rate rate, const Clock& clock);

  bool on() const { return rate_.per_second > 0; }
  /// Takes one from the key's bucket. 0: it was there; else the seconds until it will be, at least 1.
  std::int64_t take(const Sha256& key);
  /// The same without taking.
  std::int64_t look(const Sha256& key);

 private:
  struct Bucket {
    double held = -1;  ///< -1: new
    Time at{};
  };
  std::int64_t ask(const Sha256& key, double amount);

  Rate rate_;
  const Clock& clock_;
  BoundedCache<Bucket> buckets_;
};

}  // namespace boltseal::server
