// Checks of a TrustedSet that need no state, each with its refusal in numbers and in words. Internal to tuf/.
// Pure; thread safe. Errors are named at each function.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tuf/model.h"
#include "tuf/trust_facts.h"
#include "tuf/verify_threshold.h"

namespace boltseal::tuf {

/// Makes errors and remembers the last one's numbers.
class Refusals {
 public:
  tl::unexpected<Error> refuse(Refusal refusal, std::string what, std::string hint = {});
  /// An error of another room, about `role`.
  tl::unexpected<Error> pass(const RoleName& role, Error error, RootCheck check = RootCheck::none);
  const std::optional<Refusal>& last() const { return last_; }

 private:
  std::optional<Refusal> last_;
};

/// A role's name for messages.
std::string shown(const RoleName& role);

/// expired, when `now` is not before `expires`.
Result<void> check_expiry(Refusals& refusals, const RoleName& role, Time expires, Time now);
/// length_mismatch, hash_mismatch: bytes against what a signed parent says of them. All known hashes must
/// match. TUF 1.0: the length is exact; Notary: an upper bound. `known`: the SHA-256 of the bytes, where it
/// is known.
Result<void> check_content(Refusals& refusals, Form form, const RoleName& role, const Meta& meta,
                           std::string_view bytes, const Sha256* known = nullptr);
/// rollback, when below the floor.
Result<void> check_floor(Refusals& refusals, const RoleName& role, std::int64_t version,
                         const Floors& floors);
/// version_mismatch.
Result<void> check_version(Refusals& refusals, const RoleName& role, std::int64_t version,
                           std::int64_t wanted);
/// rollback: TUF 1.0 snapshot that lists a role below its floor, or no longer lists it (5.5.5).
Result<void> check_listed_roles(Refusals& refusals, const Snapshot& snapshot, const Floors& floors);
/// clock_wrong, bad_format: `x-boltseal-issued` of a GUN's TUF 1.0 timestamp (SECURITY 10).
Result<void> check_issued(Refusals& refusals, const Timestamp& timestamp, const TrustOptions& options);
/// clock_wrong: our clock is behind a time that was verified here before.
Result<void> check_clock(Refusals& refusals, const Floors& floors, Time now);

/// The names that a root gives its repository. TUF 1.0: `x-boltseal-gun` and the list of strings
/// `x-boltseal-former-guns`; Notary: common names of the root keys' certificates (SECURITY 16).
std::vector<std::string> names_in_root(const Root& root);

/// The keys of a root role that may start trust: those that pin.keys lists, whose certificate chains to
/// pin.ca_bundle. pin_mismatch: none; bad_config: an unusable bundle.
Result<RoleKeys> pinned_keys(const Root& root, const RoleKeys& usable, const RootPin& pin, Time now);

/// What a file says of itself.
RoleFacts facts_of(const RoleName& role, const Common& body, std::string_view bytes, const Sha256& sha256,
                   const ThresholdReport& report);

}  // namespace boltseal::tuf
