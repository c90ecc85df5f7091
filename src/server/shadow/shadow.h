// Answers beside another server and compares: each GET and HEAD that clients send, and in between, what every
// repository of the store gives now. Never publishes: other methods, and requests for keys, get 405.
//
// Clients get our answer at once; comparing is the work of one thread, behind a bounded queue. An answer that
// differs is asked for once more at both servers, since a publish may have come between. Thread safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "http/server/metrics.h"
#include "http/server/server.h"
#include "server/shadow/compare.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct ShadowOptions {
  std::size_t queue = 1000;                     ///< more are counted as skipped
  Duration walk_again = std::chrono::hours(1);  ///< after all repositories were compared
  const Clock* clock = &system_clock();
};

struct ShadowCounts {
  std::uint64_t compared = 0, differences = 0, failed = 0, skipped = 0;
};

class Shadow {
 public:
  /// Asks the other server; called by one thread. An error counts as failed.
  using Fetch = std::function<Result<ShadowAnswer>(const ShadowRequest&)>;
  /// One line of JSON without its end, for each difference and each failure.
  using Report = std::function<void(const std::string&)>;

  /// `below`: the handlers of our server. All of it outlives this object.
  Shadow(http::Handlers below, const Storage& storage, Fetch fetch, Report report,
         http::MetricsRegistry& metrics, const ShadowOptions& options = {});
  ~Shadow();
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;

  http::Handlers handlers();
  void start();
  /// Compares nothing more.
  void stop();
  ShadowCounts counts() const;

  /// For tests: compares now.
  void compare(const ShadowRequest& request);
  /// The paths of a repository that are compared when no client asks.
  Result<std::vector<std::string>> paths_of(const Gun& gun) const;

 private:
  http::Response handle(http::Request& request);
  void enqueue(const http::RequestHead& head);
  ShadowAnswer ask_ours(const ShadowRequest& request) const;
  void note(const ShadowRequest& request, std::string_view what, std::string_view ours,
            std::string_view theirs);
  void run();
  void walk();
  bool take(std::unique_lock<std::mutex>& lock);

  http::Handlers below_;
  const Storage& storage_;
  Fetch fetch_;
  Report report_;
  ShadowOptions options_;
  http::Counter& compared_;
  http::Counter& differences_;
  http::Counter& failed_;
  http::Counter& skipped_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<ShadowRequest> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace boltseal::server
