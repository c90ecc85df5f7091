// The trust server: storage, keys, publish, renewal and serving put together behind the handlers of an HTTP
// server (HOUSE 3: the ways publish and read).
//
//   GET  -> fast(): serving cache -> socket                    (loop thread)
//        -> handle(): routes/reader: storage -> cache -> socket (worker)
//   POST -> handle(): publish/upload -> publish/publisher -> storage -> record -> cache
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/server/metrics.h"
#include "http/server/server.h"
#include "server/api_error.h"
#include "server/auth/options.h"
#include "server/change_notices.h"
#include "server/high_water.h"
#include "server/key_service.h"
#include "server/recovery.h"
#include "server/routes/reader.h"
#include "server/signing.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// How answers kept in memory stay true while other processes write to the same store.
enum class Consistency : std::uint8_t {
  alone,   ///< no other process writes
  notify,  ///< they are used while TrustServerParts::notices is current: at most a second old
  strict   ///< each read asks the store for the GUN's state_tag() first: never old
};

struct TrustServerOptions {
  Consistency consistency = Consistency::alone;
  Lifetimes lifetimes;
  CacheControl cache_control;
  std::vector<std::string> gun_prefixes;  ///< each ends with '/'; none: every GUN
  bool any_gun_name = false;              ///< also names outside Docker's grammar
  bool open_feed = false;                 ///< the feed of all GUNs (SECURITY rule 27)
  std::size_t upload_bytes = 128u << 20;  ///< of one publish
  std::size_t cache_bytes = 64u << 20;
  AuthOptions auth;
  RateLimitOptions rate_limits;
  AccessLogOptions access_log;
  bool renews = true;  ///< in the background; false: a server that must not write
};

/// Parts that the server stands on. The clock outlives it.
struct TrustServerParts {
  std::unique_ptr<Storage> storage;
  std::unique_ptr<KeyService> keys;
  std::unique_ptr<HighWater> record;
  std::unique_ptr<ChangeNotices> notices;  ///< with Consistency::notify
  const Clock* clock = &system_clock();
};

/// handlers() may be called from many threads once start() has returned.
class TrustServer {
 public:
  TrustServer(TrustServerOptions options, TrustServerParts parts);
  ~TrustServer();
  TrustServer(const TrustServer&) = delete;
  TrustServer& operator=(const TrustServer&) = delete;

  /// Reads the files of authentication and compares store and record (server/recovery.h). Before serving.
  Result<RecoveryReport> prepare();
  /// SIGHUP: reads the files of authentication again and opens the access log anew. On an error the old ones
  /// go on. From any thread.
  Result<void> reload();
  /// Starts background renewal and listening for what other processes change.
  void start();
  void stop();
  /// From now on /readyz says no, and all else is answered as before: balancers go elsewhere.
  void drain();

  /// Valid as long as this object.
  http::Handlers handlers();
  /// One request, answered as over the network: for tests and fuzzing.
  http::Response handle(http::Request& request);

  Storage& storage();
  Renewal& renewal();
  http::MetricsRegistry& metrics();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::server
