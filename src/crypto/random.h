// Randomness as a parameter: what is below client/ and the daemon's composition takes a Random, so that
// tests are repeatable (HOUSE rule 7).
#pragma once

#include <cstdint>
#include <span>

namespace boltseal::crypto {

class Random {
 public:
  virtual ~Random() = default;
  /// Fills the span with unpredictable bytes. Does not fail: a system without randomness aborts the program.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// The kernel's generator (getrandom). Thread safe.
Random& system_random();

}  // namespace boltseal::crypto
