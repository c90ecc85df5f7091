// One writer at a time for each GUN of this process. Other processes are told apart by the storage's checks.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>

#include "base/names.h"

namespace boltseal::server {

/// Some GUNs share a lock: waiting longer than needed is no error. Thread safe.
class GunLocks {
 public:
  [[nodiscard]] std::unique_lock<std::mutex> lock(const Gun& gun) {
    return std::unique_lock(mutexes_[std::hash<std::string>{}(gun.str()) % mutexes_.size()]);
  }

 private:
  std::array<std::mutex, 64> mutexes_;
};

}  // namespace boltseal::server
