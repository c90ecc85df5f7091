// Renewal of what the server signs: in the background at half of each lifetime (or another part of it), and
// at once when a reader meets an expired file (NOTARY-SERVER.md 3, SECURITY rule 12).
//
// Before it signs again it verifies what it signs over: the root, the snapshot, and signature and hash of
// every targets role that the snapshot names; their expiry does not matter. A snapshot that a client signs is
// never renewed; once it has expired nothing is, and the old files go on being served (bug 3).
//
// Where a GUN has both forms they are compared before: while they agree both are renewed, and the TUF 1.0
// files get the hashes of their Notary twins anew; otherwise, or where the server lacks the TUF 1.0 snapshot
// key that a new hash needs, the TUF 1.0 files stay as they are until the owner republishes (SECURITY rule
// 2). Thread safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "server/gun_locks.h"
#include "server/high_water.h"
#include "server/online_roles.h"
#include "server/storage/storage.h"
#include "server/stored_chain.h"

namespace boltseal::server {

/// Which of the online files must be made anew.
struct Due {
  bool snapshot = false;
  bool timestamp = false;
  bool any() const { return snapshot || timestamp; }
};

class Renewal {
 public:
  /// `changed` and `unsure` as for Publisher.
  Renewal(Storage& storage, const OnlineRoles& online, HighWater& record, GunLocks& locks, const Clock& clock,
          std::function<void(const Gun&)> changed, std::function<void(const Gun&)> unsure);
  ~Renewal();

  /// Renews what has passed that part of its life. true: something was stored.
  Result<bool> renew(const Gun& gun);
  /// For readers: only what has expired, or a timestamp that does not name the newest state.
  Result<bool> renew_expired(const Gun& gun);
  /// Signs timestamp and, where the server may, snapshot now, whatever their age: after a restored store.
  Result<bool> renew_now(const Gun& gun);

  /// When the GUN is due; nothing when it has no files.
  Result<std::optional<Time>> due_at(const Gun& gun) const;

  /// Starts the background thread: all GUNs of the store, and those given to watch() from then on.
  void start();
  void stop();
  void watch(const Gun& gun);

  /// For metrics: how many GUNs had something signed again, how often that failed, how many are due now.
  std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }
  std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }
  std::size_t due();

 private:
  struct Online;
  /// Of the Notary form where there is one, else of TUF 1.0.
  Result<std::optional<Online>> load(const Gun& gun) const;
  Result<std::optional<Online>> load(const Gun& gun, Form form) const;
  Result<bool> store_renewed(const Gun& gun, const GunState& state, const Online& online, Due due, Time now);
  /// Adds the renewed files of the form; false: there is nothing for the server to renew.
  Result<bool> renew_form(const Gun& gun, const Online& online, const StoredChain& chain, Due due, Time now,
                          std::vector<NewFile>& files) const;
  void add_twin(const Gun& gun, const Online& notary, const StoredChain& chain, Time now,
                std::vector<NewFile>& files) const;
  Result<std::vector<NewFile>> renew_twin(const Gun& gun, const StoredChain& notary, const Sha256& snapshot,
                                          const Sha256& timestamp, Time now) const;
  template <typename Choose>
  Result<bool> renew_if(const Gun& gun, Choose choose);
  void run();
  void schedule_all();
  void schedule(const Gun& gun, Time at);
  void renew_one(const Gun& gun);

  Storage& storage_;
  const OnlineRoles& online_;
  HighWater& record_;
  GunLocks& locks_;
  const Clock& clock_;
  std::function<void(const Gun&)> changed_, unsure_;

  std::atomic<std::uint64_t> done_{0}, failed_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Time, Gun> queue_;
  std::map<Gun, Time> queued_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace boltseal::server
