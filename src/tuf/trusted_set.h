// TrustedSet: the state machine of a TUF client, for both forms. Bytes in, facts out; no I/O, no clock, no
// log.
//
// Order of an update (TUF specification 1.0.34 section 5; notary 0.7.0 client/tufclient.go):
//   start -> [want_root -> update_root]* -> roots_done
//         -> offer_local(timestamp), offer_local(snapshot)
//         -> want_timestamp -> update_timestamp   (offline: use_local_timestamp)
//         -> want_snapshot -> update_snapshot
//         -> per role, top-level targets first: offer_local_targets, want_targets -> update_targets
// Each step is decided whole: on success the caller persists the accepted bytes (and floors()), on failure
// nothing has changed. A call out of order is `internal`. Notary form: the timestamp may come before any
// look for a newer root; when a step fails or a snapshot names another root, refresh_roots() goes back once.
//
// Errors: bad_format (also a wrong _type), limit_exceeded, threshold_not_met, gun_mismatch, clock_wrong,
// rollback, version_mismatch, length_mismatch, hash_mismatch, expired, metadata_missing, root_not_trusted
// (certificates of a Notary root), pin_mismatch. last_refusal() has their numbers.
//
// Owns all it holds; movable; pointers that it gives live until its next non-const call. Not thread safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tuf/file.h"
#include "tuf/trust_facts.h"

namespace boltseal::tuf {

struct RootStep {
  std::int64_t version = 0;
  bool dropped_timestamp = false;  ///< recovery: delete the cached timestamp and snapshot
  bool dropped_targets = false;    ///< and forget the versions of all targets roles
};

struct TimestampStep {
  bool persist = false;  ///< false: equal version, the one held was kept
  std::int64_t version = 0;
};

struct SnapshotStep {
  /// Notary form: it verifies, but belongs to this root. Not accepted; call refresh_roots(), bring the
  /// newer root, and go through timestamp and snapshot again. The second time it is hash_mismatch.
  std::optional<Sha256> other_root;
  std::int64_t version = 0;
};

/// What became of a file that the caller had in its cache.
enum class LocalFile : std::uint8_t {
  ignored,     ///< unreadable, or does not verify under the current root or delegator: as if absent
  floor_only,  ///< counts against rollback; the file must still be fetched
  current,     ///< is the one to use; no request needed (timestamp: still ask, unless offline)
};

class TrustedSet {
 public:
  /// The root is checked by its own threshold and GUN, with its expiry ignored. first_contact: also by the
  /// pin, where the options have one.
  static Result<TrustedSet> start(TrustOptions options, std::string root, RootOrigin origin);
  TrustedSet(TrustedSet&&) noexcept;
  TrustedSet& operator=(TrustedSet&&) noexcept;
  ~TrustedSet();

  // Root. Absent = the end of the chain.
  /// Next version. Empty when the limit of rotations is reached: go on with what is there.
  std::optional<Want> want_root() const;
  /// Exactly one version ahead (see TrustOptions::root_gaps), signed by the old and by its own threshold.
  Result<RootStep> update_root(std::string bytes);
  /// Final root: not expired, certificate dates (Notary), minimal version, not below the floor. After
  /// `expired` the caller may still bring newer roots.
  Result<void> roots_done();
  /// Notary form, once: back to the root phase; timestamp, snapshot and targets must be brought again.
  Result<void> refresh_roots();

  // The caller's cache. Wrong or stale files are no error.
  LocalFile offer_local(const RoleName& timestamp_or_snapshot, std::string bytes);
  LocalFile offer_local_targets(const RoleName& delegator, const RoleName& role, std::string bytes);
  /// The same for one that was parsed beforehand, as a file of this role in this form.
  LocalFile offer_local_targets(const RoleName& delegator, const RoleName& role,
                                const Unverified<Targets>& file);

  // Timestamp.
  Want want_timestamp() const;
  /// An equal version is discarded in silence, in both forms: what is held is kept (and must not be expired).
  Result<TimestampStep> update_timestamp(std::string bytes);
  /// Offline: goes on with the timestamp from the cache. metadata_missing, expired.
  Result<void> use_local_timestamp();
  bool timestamp_is_local() const;

  // Snapshot.
  /// Empty: the one held is the one that the timestamp names.
  std::optional<Want> want_snapshot() const;
  Result<SnapshotStep> update_snapshot(std::string bytes);

  // Targets roles: one path for the top-level role (delegator = root) and all below.
  /// Empty: already verified for this delegator. target_not_found: the snapshot does not list the role (or
  /// lists it as removed). If the file is held for another delegator it is verified for this one without a
  /// request: threshold_not_met if it does not pass.
  Result<std::optional<Want>> want_targets(const RoleName& delegator, const RoleName& role);
  Result<void> update_targets(const RoleName& delegator, const RoleName& role, std::string bytes);

  // What is held.
  const TrustOptions& options() const;
  const Trusted<Root>& root() const;
  const Trusted<Timestamp>* timestamp() const;  ///< null before its step
  const Trusted<Snapshot>* snapshot() const;    ///< null until it is the timestamp's
  /// Null unless verified for exactly this delegator.
  const Trusted<Targets>* targets(const RoleName& delegator, const RoleName& role) const;
  /// Is this name (x-boltseal-gun, custom.boltseal.gun) one of this repository: the GUN, or one that the
  /// current root names besides it. True for foreign repositories.
  bool names_this_repository(std::string_view gun) const;
  const Floors& floors() const;
  RoleFacts root_facts() const;
  std::vector<RoleFacts> facts() const;  ///< of every accepted file, root first
  const std::optional<Refusal>& last_refusal() const;

 private:
  class State;
  explicit TrustedSet(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::tuf
