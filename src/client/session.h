// One GUN's trust data during one command: brings it up to date (network, cache), verifies it through
// tuf::TrustedSet, keeps what was accepted. The only way from bytes to trusted targets in the client.
//
// Requests: warm and unchanged: one (Notary: timestamp; TUF 1.0: next root and timestamp side by side). Cold:
// root and timestamp side by side, snapshot, targets. Notary form: the timestamp is asked for on a thread
// while the cache is read and parsed.
//
// What is accepted is written to the store even when a later step fails (TUF specification 5.3-5.6: each file
// is a step of its own). On first contact without a pin nothing is written before keep(). The place that was
// asked is kept with the root; another one is pin_mismatch unless the policy names it (ADR 20). Errors: those
// of TrustedSet, Transport and TrustStore; root_not_trusted: another root stands under the version known
// here. Used by one thread at a time.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/environment.h"
#include "policy/evidence.h"
#include "store/trust_store.h"
#include "tuf/delegation_walk.h"
#include "tuf/target_listing.h"
#include "tuf/trusted_set.h"

namespace boltseal::client {

class Session {
 public:
  /// `gun` as asked; the policy may map it to another one's trust data.
  static Result<std::unique_ptr<Session>> open(Environment& environment, const Gun& gun);
  /// Over parts that the caller made: tests, `export`.
  Session(Environment& environment, Location location, std::unique_ptr<transport::Transport> transport);

  /// Before refresh(): the transport gives what was saved from `place`, not data of another place.
  void speaks_for(std::string place) { place_ = std::move(place); }
  /// Before refresh(), for operations that sign anew: an expired targets role or snapshot is no reason to
  /// stop (their owner could never repair them). Root and timestamp must be good.
  void tolerate_expired_targets() { tolerate_expired_targets_ = true; }
  /// Before refresh(): a person says that the trust data is at this place from now on (SECURITY rule 14).
  void accept_place() { accept_place_ = true; }
  /// Root, timestamp, snapshot, top-level targets: verified, unexpired, not older than what was seen before.
  Result<void> refresh();
  /// Instead of refresh(), for a new root over online roles that nobody can renew any more: brings the chain
  /// of roots alone up to date. Timestamp, snapshot and targets are not looked at, and not available.
  Result<void> refresh_roots();
  /// Brings one delegated role.
  Result<void> load(const tuf::RoleEdge& edge);
  /// The target that a tag means, in the order of the form (Notary: Docker's).
  Result<tuf::Found> find(const std::string& target);
  /// Every target, with the roles that sign it.
  Result<std::vector<tuf::ListedTarget>> list();
  /// Every delegated role that can be reached; roles that can't be had are in skipped().
  Result<void> load_all_roles();
  const std::vector<tuf::SkippedRole>& skipped() const { return skipped_; }

  /// First contact was accepted (policy, person, pin made): writes what was held back.
  Result<void> keep();

  const tuf::TrustedSet& set() const { return *set_; }
  transport::Transport& transport() { return *transport_; }
  store::TrustStore& store() { return store_; }
  const Location& location() const { return location_; }
  const Gun& gun() const { return location_.gun; }
  bool first_use() const { return first_use_; }
  bool online() const { return offline_reason_.empty(); }
  const std::string& offline_reason() const { return offline_reason_; }
  /// Facts for the verdict, without the target.
  policy::TrustEvidence evidence() const;

 private:
  Result<void> update();
  Result<void> follow();
  Error explained(Error error);
  Result<void> check_place();
  Result<void> start();
  bool cache_begins_at_pin(const std::string& cached) const;
  Result<void> start_from_cache(tuf::TrustOptions options, std::string cached);
  Result<std::string> fetch_first_root();
  bool chain_comes_first() const;
  Result<void> chase_roots();
  void ask_timestamp();
  std::vector<Result<std::string>> fetch_all(const std::vector<transport::Item>& items);
  Result<bool> attempt(bool last);
  void parse_cached_targets();
  Result<bool> update_timestamp();
  Result<bool> update_snapshot();
  Result<void> load_role(const RoleName& delegator, const RoleName& role);
  static transport::Item item_of(const tuf::Want& want);
  Result<std::string> fetch(const tuf::Want& want);
  void accept(const RoleName& role, std::int64_t version, const std::string& bytes);
  Result<void> flush();

  Environment& environment_;
  Location location_;
  std::unique_ptr<transport::Transport> transport_;
  store::TrustStore store_;
  store::TrustState before_;
  std::optional<tuf::TrustedSet> set_;
  std::future<Result<std::string>> asked_timestamp_;             ///< uses transport_ until it is taken
  std::optional<Result<std::string>> early_timestamp_;           ///< asked side by side with the root
  std::optional<tuf::Unverified<tuf::Targets>> cached_targets_;  ///< top-level role, parsed while asking
  std::vector<store::AcceptedFile> accepted_;
  std::optional<store::AcceptedFile> first_root_;  ///< of a first contact
  std::vector<tuf::SkippedRole> skipped_;
  std::string offline_reason_;
  std::string place_;       ///< where the trust data is
  std::string moved_from_;  ///< place of the trust data before this one; empty: the same
  bool first_use_ = false;
  bool accept_place_ = false;
  bool arrived_ = false;  ///< what this place serves now was verified to the end
  bool tolerate_expired_targets_ = false;
  bool hold_ = false;
};

/// True for failures of the way to the server, after which the cache may speak: it did not answer, or is
/// broken. Not for answers that say something (404, 401), nor for a wrong certificate.
bool is_outage(const Error& error);

}  // namespace boltseal::client
