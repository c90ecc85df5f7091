// When what clients get expires, over all GUNs: for metrics. A background thread reads the store once, then
// what this process has changed, and what the feed says that others have. Thread safe.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "server/storage/storage.h"

namespace boltseal::server {

class ExpiryWatch {
 public:
  enum Kind : std::size_t { root, targets, snapshot, timestamp, delegation };
  static constexpr std::array<std::string_view, 5> kKinds = {"root", "targets", "snapshot", "timestamp",
                                                             "delegation"};

  /// Of one kind of role.
  struct Horizon {
    std::optional<Duration> earliest;  ///< until the first expiry; negative: expired; nothing: no such role
    std::size_t expired = 0, week = 0, month = 0;  ///< GUNs by their first: expired; within 7 and 30 days
  };
  struct Summary {
    std::array<Horizon, kKinds.size()> kinds;
    std::size_t guns = 0;
    std::size_t marked = 0;  ///< that need recovery
  };

  ExpiryWatch(const Storage& storage, const Clock& clock) : storage_(storage), clock_(clock) {}
  ~ExpiryWatch();

  void start();
  void stop();
  /// The GUN was published, renewed or deleted by this process.
  void changed(const Gun& gun);
  /// Counted anew at most every five seconds.
  Summary summary() const;

  /// One step of the thread, for tests: reads the whole store at the first call, then what has changed.
  Result<void> look();

 private:
  struct Gauge {
    std::array<std::optional<Time>, kKinds.size()> first;
    bool marked = false;
  };
  Result<void> look_at(const Gun& gun);
  Result<void> look_at_all();
  Result<void> look_at_feed();
  Summary count(Time now) const;
  void run();

  const Storage& storage_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Gauge> gauges_;
  std::set<Gun> changed_;
  mutable std::optional<Summary> counted_;
  mutable Time counted_at_{};
  std::int64_t feed_ = 0;  // of the thread: the last row seen
  bool complete_ = false;  // of the thread: the whole store was read
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace boltseal::server
