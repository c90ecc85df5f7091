// Inside of TrustedSet (tuf/trusted_set.h has the contract). Internal to tuf/. Its functions stand in
// trusted_set_root.cc, trusted_set_online.cc and trusted_set_targets.cc, by phase.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tuf/codec.h"
#include "tuf/trusted_set.h"
#include "tuf/trusted_set_checks.h"
#include "tuf/trusted_set_floors.h"
#include "tuf/verify_threshold.h"

namespace boltseal::tuf {

class TrustedSet::State {
 public:
  enum class Phase : std::uint8_t { root, timestamp, snapshot, targets };

  template <typename T>
  struct Held {
    Trusted<T> file;
    RoleFacts facts;
  };
  using Edge = std::pair<RoleName, RoleName>;  ///< delegator, role

  explicit State(TrustOptions given) : options(std::move(given)), floors(options.floors) {}

  // trusted_set_root.cc
  Result<void> begin(std::string bytes, RootOrigin origin);
  std::optional<Want> want_root() const;
  Result<RootStep> update_root(std::string bytes);
  Result<void> roots_done();
  Result<void> refresh_roots();
  bool names_this_repository(std::string_view gun) const;

  // trusted_set_online.cc
  LocalFile offer_timestamp(std::string bytes);
  LocalFile offer_snapshot(std::string bytes);
  Result<TimestampStep> update_timestamp(std::string bytes);
  Result<void> use_local_timestamp();
  std::optional<Want> want_snapshot() const;
  Result<SnapshotStep> update_snapshot(std::string bytes);

  // trusted_set_targets.cc
  LocalFile offer_targets(const RoleName& delegator, const RoleName& role, const Unverified<Targets>& file);
  Result<std::optional<Want>> want_targets(const RoleName& delegator, const RoleName& role);
  Result<void> update_targets(const RoleName& delegator, const RoleName& role, std::string bytes);
  const Trusted<Targets>* targets(const RoleName& delegator, const RoleName& role) const;
  std::vector<RoleFacts> facts() const;

  TrustOptions options;
  Floors floors;
  Refusals refusals;
  std::optional<Held<Root>> root;
  std::optional<Held<Timestamp>> timestamp;
  std::optional<Held<Snapshot>> snapshot;  ///< before Phase::targets: of the cache, against rollback only
  Phase phase = Phase::root;
  bool timestamp_is_local = false;

 private:
  struct Authority {
    const RoleKeys& role;
    const KeyMap& keys;
  };

  tl::unexpected<Error> out_of_order(std::string_view step);
  Check check() const { return options.check_all_signatures ? Check::all : Check::until_met; }

  Dropped move_floors_to(const Held<Root>& next);
  RoleKeys root_keys_named(const Root& body, const Gun& gun, std::optional<Time> now) const;
  RoleKeys usable_root_keys_of(const Root& body, std::optional<Time> now) const;
  Result<ThresholdReport> root_threshold(const Unverified<Root>& file, const RoleKeys& role,
                                         const KeyMap& keys, RootCheck which);
  Result<Held<Root>> verify_root(const Unverified<Root>& file, const Root* previous);
  Result<void> check_root_version(std::int64_t version);
  Result<void> check_pin_start(const Unverified<Root>& file);
  Result<void> check_certificate_dates();
  Result<void> check_root_floor();
  void add_certificate_dates(RoleFacts& facts, const Root& body) const;
  void forget_below_root();

  Result<void> check_gun(const RoleName& role, const Common& body);
  Result<void> check_timestamp(const Timestamp& body);
  /// Against the timestamp: versions, floors, root, expiry. other_root only where nothing else is wrong.
  Result<std::optional<Sha256>> check_snapshot(const Snapshot& body);
  Result<Sha256> root_listed_in(const Snapshot& body);
  void accept_timestamp(Held<Timestamp> held);
  void accept_snapshot(Held<Snapshot> held);
  void promote_local_snapshot();

  Result<Authority> authority_of(const RoleName& delegator, const RoleName& role);
  const Meta* listed(const RoleName& role) const;
  Result<Held<Targets>> verify_targets(const RoleName& delegator, const RoleName& role,
                                       const Unverified<Targets>& file);
  /// Versions and expiry; the content was compared before.
  Result<void> check_targets(const RoleName& role, const Meta& meta, const Unverified<Targets>& file);
  void accept_targets(const RoleName& delegator, const RoleName& role, Held<Targets> held);

  /// Signatures by the role's keys, then the GUN: nothing else of the body is looked at before.
  template <typename T>
  Result<Held<T>> verify(const RoleName& role, const Unverified<T>& file, const Authority& authority) {
    const ThresholdReport report = verify_threshold(authority.role, authority.keys, file, check());
    if (auto met = require_threshold(report, role); !met) return refusals.pass(role, met.error());
    BS_TRY(check_gun(role, file.body()));
    return Held<T>{Trusted<T>(file), facts_of(role, file.body(), file.bytes(), file.sha256(), report)};
  }

  std::size_t rotations_ = 0;
  bool refreshed_ = false;
  bool ignore_local_online_ = false;  ///< recovery: the cache's timestamp and snapshot are from before
  bool ignore_local_targets_ = false;
  std::optional<Floor> root_floor_;  ///< as given by the caller
  std::map<RoleName, Trusted<Targets>> files_;
  std::map<Edge, RoleFacts> verified_;
  std::vector<Edge> order_;  ///< of acceptance
};

}  // namespace boltseal::tuf
