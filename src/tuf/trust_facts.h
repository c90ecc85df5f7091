// What a TrustedSet takes and gives besides metadata bytes: options, floors, the next request, facts.
// Plain values, no behaviour; copy freely. Times are UTC, versions 1..2^53-1, sizes in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/names.h"
#include "tuf/form.h"

namespace boltseal::tuf {

/// The highest version of a role that was verified here, and its content where known. TUF 1.0 targets
/// roles: as the last accepted snapshot listed them (hash absent if it listed none).
struct Floor {
  std::int64_t version = 0;
  std::optional<Sha256> sha256;
  bool operator==(const Floor&) const = default;
};

/// Memory of one (GUN, form) against rollback; `store/` keeps it, TrustedSet moves it (SECURITY 8, 10, 11).
/// The keys (crypto identities, sorted) are those of the root under which the floors were made: where a
/// later root took one of them away, the floors of that role fall, even if the process died in between.
struct Floors {
  std::map<RoleName, Floor> roles;
  std::optional<Time> issued;          ///< latest verified x-boltseal-issued
  std::vector<Sha256> timestamp_keys;  ///< empty: not known
  std::vector<Sha256> snapshot_keys;
  bool operator==(const Floors&) const = default;
};

/// Where trust begins (SECURITY 13). Version, hash, keys and CA bind a root of first contact; the minimal
/// version binds the final root of every update.
struct RootPin {
  std::optional<std::int64_t> version;
  std::optional<Sha256> sha256;          ///< of the root file
  std::vector<KeyId> keys;               ///< wire key ids, or hex identities; other root keys do not count
  std::optional<std::string> ca_bundle;  ///< PEM; Notary form: leaves that do not chain to it do not count
  bool ca_code_signing = false;  ///< leaves for code signing chain too (Go's and notary's rule: they don't)
  std::int64_t minimal_version = 0;
};

struct TrustOptions {
  Form form = Form::notary;
  /// Demanded of every file (SECURITY 1). Absent: a foreign TUF repository, without x-boltseal rules.
  std::optional<Gun> gun;
  /// Names that a root from before a rename may still carry (SECURITY 16).
  std::vector<Gun> former_guns;
  Time now;  ///< start of the update: every date is compared with this instant
  Floors floors;
  std::optional<RootPin> pin;
  bool wildcard_cn = false;  ///< the pin allows "CN=prefix/*" root certificates
  /// Notary form: a new root may be any number of versions ahead if the current root's keys signed it, as
  /// notary 0.7.0 allows (imported histories have gaps). Else exactly one.
  bool root_gaps = false;
  bool check_all_signatures = false;  ///< facts name every good signer, not just enough of them
  /// For whoever signs the next version: expired snapshots and targets roles are accepted (their owner could
  /// never repair them otherwise). Root and timestamp must be good (SECURITY 8).
  bool tolerate_expired_targets = false;
  Duration max_issued_ahead = std::chrono::minutes(5);
  std::size_t root_rotations = limits::kRootRotations;
  std::size_t snapshot_bytes = limits::kSnapshotBytes;  ///< where the timestamp names no length
  std::size_t targets_bytes = limits::kTargetsBytes;    ///< where the snapshot names no length
};

/// Origin of the root handed to TrustedSet::start.
enum class RootOrigin : std::uint8_t {
  cached,         ///< verified here before, below the same pin: the pin's start is not compared again
  first_contact,  ///< pinned file or bytes from a server: the pin's start must match
};

/// A request that a transport can serve. With several ways given the transport takes the one it has:
/// TUF 1.0 by version (consistent snapshots) or by plain name, Notary by hash.
struct Want {
  RoleName role;
  std::optional<std::int64_t> version = std::nullopt;
  std::optional<Sha256> sha256 = std::nullopt;
  std::size_t limit = 0;   ///< bytes beyond which the answer is refused
  bool consistent = true;  ///< TUF 1.0: ask for "<version>.<role>.json"
};

struct Signer {
  KeyId key_id;     ///< as in the file
  Sha256 identity;  ///< of the public key: what thresholds count
};

/// What was verified about one accepted file.
struct RoleFacts {
  RoleName role;
  std::optional<RoleName> delegator = std::nullopt;  ///< of targets roles below the top one
  std::int64_t version = 0;
  Time expires{};
  std::size_t length = 0;
  Sha256 sha256{};
  int threshold = 1;
  std::vector<Signer> signers = {};  ///< distinct keys whose signatures are good
  // TUF 1.0 with x-boltseal members, as far as present.
  std::optional<std::string> gun = std::nullopt;
  std::optional<Time> issued = std::nullopt;
  std::optional<Sha256> twin = std::nullopt;      ///< the Notary file of the same publish
  std::optional<Sha256> based_on = std::nullopt;  ///< the file that this one replaced
  /// Root, Notary form: of the signing certificate that lasts longest.
  std::optional<Time> certificate_not_before = std::nullopt;
  std::optional<Time> certificate_not_after = std::nullopt;
  bool other_content_at_floor = false;  ///< same version as the floor, other bytes
};

/// Which check of a root failed; peers' messages differ by it.
enum class RootCheck : std::uint8_t { none, certificates, pin, old_threshold, own_threshold };

/// The last refusal in numbers, for texts that name them.
struct Refusal {
  ErrorCode code = ErrorCode::internal;
  RoleName role;
  RootCheck root_check = RootCheck::none;
  std::int64_t found = 0, bound = 0;  ///< rollback, version_mismatch: versions; length_mismatch: bytes
  std::optional<Time> expires = std::nullopt;     ///< expired
  std::optional<Sha256> expected = std::nullopt;  ///< hash_mismatch
};

}  // namespace boltseal::tuf
