// Where a server is in its life, as /readyz tells balancers. Thread safe.
#pragma once

#include <atomic>
#include <cstdint>

namespace boltseal::server {

class Readiness {
 public:
  enum class Phase : std::uint8_t {
    starting,  ///< store and record are not compared yet
    serving,
    draining  ///< still answers all requests; balancers shall go elsewhere
  };

  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  void enter(Phase phase) { phase_.store(phase, std::memory_order_relaxed); }

 private:
  std::atomic<Phase> phase_{Phase::starting};
};

}  // namespace boltseal::server
