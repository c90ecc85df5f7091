// What other processes change in the same store: for replicas that keep ready answers. Each change is told
// after its commit; while nothing is heard, nothing that is kept may be taken for current.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace boltseal::server {

/// Thread safe.
class ChangeNotices {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Receiver {
    std::function<void(const std::string& gun)> changed;  ///< this GUN was published, renewed or deleted
    std::function<void(const std::string& gun)> own;      ///< the same, by this process; may be empty
    std::function<void()> missed;  ///< notices may have been lost (connection, fail-over): all may differ
  };

  virtual ~ChangeNotices() = default;
  /// Starts listening; the receiver is called from one thread of its own, `missed` first of all.
  virtual void start(Receiver receiver) = 0;
  virtual void stop() = 0;
  /// Whatever was committed a second before this moment has been told, up to this moment.
  virtual SteadyTime current_until() const = 0;
  bool is_current() const { return std::chrono::steady_clock::now() < current_until(); }
};

}  // namespace boltseal::server
