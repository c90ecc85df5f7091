// What storage and keys said when they were last asked. They are asked at most once a second and by one
// request at a time, which may wait for a hung database or signer; all others get the last answer, so that
// health checks never hold more than one worker. Thread safe.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "server/key_service.h"
#include "server/storage/storage.h"

namespace boltseal::server {

class HealthProbe {
 public:
  struct Outcome {
    Result<void> storage, keys;
  };
  /// Both outlive the probe.
  HealthProbe(const Storage& storage, const KeyService& keys) : storage_(storage), keys_(keys) {}

  /// Waits only where nothing is known yet.
  Outcome look();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  std::optional<Outcome> last(SteadyTime not_before) const;
  const Storage& storage_;
  const KeyService& keys_;
  std::mutex asking_;  ///< held by who asks
  mutable std::mutex mutex_;
  std::optional<Outcome> outcome_;
  SteadyTime asked_{};
};

}  // namespace boltseal::server
