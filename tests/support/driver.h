// A small client on TrustedSet for the attack tests: the refresh loop of a real client without network and
// disk. `disk` and `floors` are what it would have persisted, step by step.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/support/simulator.h"
#include "tuf/delegation_walk.h"
#include "tuf/target_listing.h"
#include "tuf/trusted_set.h"

namespace boltseal::test {

class Client {
 public:
  /// Starts from the repository's newest root, as pinned.
  explicit Client(Simulator& server);
  Client(Simulator& server, std::string root);

  Simulator* server;
  std::map<RoleName, std::string> disk;  ///< trusted files
  tuf::Floors floors;
  Time now = sim_now();
  std::function<void(tuf::TrustOptions&)> configure = [](tuf::TrustOptions&) {};
  tuf::RootOrigin origin = tuf::RootOrigin::first_contact;
  tuf::WalkOptions walk_options;
  std::optional<tuf::TrustedSet> set;  ///< of the last refresh
  std::optional<tuf::Refusal> refusal;

  /// Root, timestamp, snapshot, targets. TUF 1.0: roots first. Notary: timestamp first, a look at the roots
  /// where that fails (NOTARY-CLIENT 8).
  Result<void> refresh();
  /// After refresh(), in the form's order (Notary: docker's).
  Result<tuf::Found> find(std::string_view name);
  Result<tuf::Found> find(std::string_view name, tuf::LookupOrder order);
  /// refresh() and find().
  Result<tuf::Found> look_up(std::string_view name);
  Result<std::vector<tuf::ListedTarget>> list(tuf::LookupOrder order);
  /// Offline: the cache alone.
  Result<void> refresh_offline();

  /// "root 1, timestamp 2, snapshot 2, targets 1": versions of the files on disk, delegated roles by name.
  std::string state() const;

 private:
  Result<void> start();
  Result<void> load_roots();
  Result<bool> load_online();  ///< false: another root is needed
  Result<void> load_targets(const tuf::RoleEdge& edge);
  Result<void> refresh_once();
  void keep(const RoleName& role, const std::string& bytes);
};

}  // namespace boltseal::test
