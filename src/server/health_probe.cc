#include "server/health_probe.h"

namespace boltseal::server {

std::optional<HealthProbe::Outcome> HealthProbe::last(SteadyTime not_before) const {
  std::lock_guard lock(mutex_);
  return asked_ >= not_before ? outcome_ : std::nullopt;
}

HealthProbe::Outcome HealthProbe::look() {
  constexpr auto kGoodFor = std::chrono::seconds(1);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (auto fresh = last(now - kGoodFor)) return *std::move(fresh);
  std::unique_lock asking(asking_, std::try_to_lock);
  if (!asking) {
    if (auto old = last(SteadyTime::min())) return *std::move(old);
    asking.lock();
    if (auto fresh = last(now - kGoodFor)) return *std::move(fresh);
  }
  Outcome outcome{storage_.check(), keys_.check()};
  std::lock_guard lock(mutex_);
  outcome_ = outcome;
  asked_ = std::chrono::steady_clock::now();
  return outcome;
}

}  // namespace boltseal::server
