#include "server/auth/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace boltseal::server {
namespace {

constexpr std::size_t kBuckets = 65'536;
constexpr double kLongestWait = 3600;

}  // namespace

// Buckets have no bytes of their own: their number is the bound.
RateLimit::RateLimit(Rate rate, const Clock& clock)
    : rate_{rate.per_second, std::max(1.0, rate.burst)}, clock_(clock), buckets_(kBuckets, 1) {}

std::int64_t RateLimit::take(const Sha256& key) { return on() ? ask(key, 1) : 0; }
std::int64_t RateLimit::look(const Sha256& key) { return on() ? ask(key, 0) : 0; }

std::int64_t RateLimit::ask(const Sha256& key, double amount) {
  const Time now = clock_.now();
  return buckets_.update(key, [&](Bucket& bucket) -> std::int64_t {
    if (bucket.held < 0) {
      bucket = {rate_.burst, now};
    } else if (now > bucket.at) {
      const double seconds = std::chrono::duration<double>(now - bucket.at).count();
      bucket.held = std::min(rate_.burst, bucket.held + seconds * rate_.per_second);
    }
    bucket.at = now;  // a clock that was set back costs nobody anything
    if (bucket.held >= 1) {
      bucket.held -= amount;
      return 0;
    }
    const double wait = (1 - bucket.held) / rate_.per_second;
    return static_cast<std::int64_t>(std::ceil(std::clamp(wait, 1.0, kLongestWait)));
  });
}

}  // namespace boltseal::server
