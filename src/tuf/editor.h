// Making the next version of a role, in either form: edits on model values, then sign(). Deterministic: time
// and signers are parameters. Values are not thread safe; the functions are.
//
// The usual course:  Targets next = next_version(trusted.body(), expires);  set_target(next, ...);
//                    SignedFile file = BS_TRY(sign(next, {{root.keys, root.targets}}, signers));
// In TUF 1.0 the caller also sets `gun`, `based_on`, `twin` and `issued` (SECURITY rules 1-3 and 10).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "crypto/random.h"
#include "crypto/signer.h"
#include "tuf/file.h"
#include "tuf/model.h"
#include "tuf/verify_threshold.h"

namespace boltseal::tuf {

// ---- new bodies ------------------------------------------------------------------------------------------

/// Copy with version + 1 and a new expiry (whole seconds in TUF 1.0). limit_exceeded: no number left.
template <typename T>
Result<T> next_version(const T& body, Time expires);

struct RootRoles {
  std::vector<Key> root, targets, snapshot, timestamp;
  std::int64_t root_threshold = 1, targets_threshold = 1, snapshot_threshold = 1, timestamp_threshold = 1;
};
/// Version 1. TUF 1.0: consistent_snapshot true, `gun` written. Notary: root keys are x509 keys; false.
Result<Root> new_root(Form form, const RootRoles& roles, Time expires, const std::optional<Gun>& gun);
Targets new_targets(Form form, Time expires, const std::optional<Gun>& gun);
Snapshot new_snapshot(Form form, Time expires, const std::optional<Gun>& gun);
Timestamp new_timestamp(Form form, Time expires, const std::optional<Gun>& gun);

/// A self-signed certificate as notary 0.7.0 makes root certificates (CN = GUN, code signing), as x509 key.
Result<Key> make_root_certificate(crypto::Signer& signer, const Gun& gun, Time not_before, Time not_after,
                                  crypto::Random& random);

// ---- edits of root ---------------------------------------------------------------------------------------

/// Replaces the keys and threshold of a role; keys that no role uses any more go. bad_key, usage (threshold
/// above the number of distinct keys, or below 1).
Result<void> set_role_keys(Root& root, FileType role, std::span<const Key> keys, std::int64_t threshold);

// ---- edits of targets roles ------------------------------------------------------------------------------

/// Adds or replaces; false: an identical entry was there.
bool set_target(Targets& targets, Target target);
bool remove_target(Targets& targets, std::string_view name);  ///< false: was not there
/// Writes `custom.boltseal` of an entry; other members of `custom` stay. bad_format: `custom` is no object.
Result<void> set_target_facts(Target& target, const TargetFacts& facts);

struct DelegationEdit {
  std::vector<Key> add_keys;
  std::vector<std::string> remove_keys;  ///< ids as listed, or canonical ids
  std::vector<std::string> add_paths;
  std::vector<std::string> remove_paths;
  bool clear_paths = false;
  std::optional<std::int64_t> threshold;
  std::optional<bool> terminating;  ///< TUF 1.0
};
/// Creates or changes the delegation `name`, in the order of notary 0.7.0: clear, remove, add. bad_role: not
/// a direct child in Notary form; bad_format: path not expressible (TUF.md 1, path matching).
Result<void> edit_delegation(Targets& targets, const RoleName& parent, const RoleName& name,
                             const DelegationEdit& edit);
bool remove_delegation(Targets& targets,
                       const RoleName& name);  ///< and its keys if unused; false: was not there
/// Removes keys (ids as listed, or canonical) from all direct delegations below `prefix` ("targets/*" as in
/// notary's purge is prefix "targets/"); true: something changed. A role that loses its last key gets
/// `"keyids":null`.
bool purge_keys(Targets& targets, std::string_view prefix, std::span<const std::string> keys);
/// Moves a delegation to an index in the order of look-up; bad_role: no such delegation.
Result<void> move_delegation(Targets& targets, const RoleName& name, std::size_t index);

// ---- edits of snapshot and timestamp
// -------------------------------------------------------------------------

/// Entry of a file: Notary sha256 + sha512 + length; TUF 1.0 version + sha256 + length.
Meta meta_of(Form form, std::string_view role, std::string_view bytes, std::int64_t version);
void set_meta(Snapshot& snapshot, Meta meta);  ///< adds or replaces; keeps the entry's unknown members
/// Notary: drops the entry. TUF 1.0: keeps it, marked `x-boltseal-removed` (SECURITY rule 3). false: was not
/// there
bool remove_meta(Snapshot& snapshot, std::string_view role);
void set_snapshot_meta(Timestamp& timestamp, Meta meta);

// ---- signing
// -------------------------------------------------------------------------------------------------

/// Who must have signed: keys and role of a delegator. A new root has two: its predecessor and itself.
/// The referred values outlive the call.
struct Authority {
  const KeyMap& keys;
  const RoleKeys& role;
};
using Signers = std::span<crypto::Signer* const>;

struct SignOptions {
  bool allow_partial = false;  ///< fewer signatures than the threshold are no error (collected elsewhere)
  std::span<const Signature> keep = {};  ///< signatures of others that still verify over the same content
};

struct SignedFile {
  std::string bytes;
  Sha256 sha256;
  std::vector<ThresholdReport> reports;  ///< one for each authority
};

/// Signs with each signer whose public key is in an authority, once for each keyid that it has there, and
/// parses the result again. key_missing: an authority's threshold is not reached; bad_key: no scheme for a
/// key; errors of Signer.
Result<SignedFile> sign(const Root& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options = {});
Result<SignedFile> sign(const Targets& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options = {});
Result<SignedFile> sign(const Snapshot& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options = {});
Result<SignedFile> sign(const Timestamp& body, std::span<const Authority> authorities, Signers signers,
                        const SignOptions& options = {});
/// Adds signatures to a file whose content stays to the byte (collecting a threshold).
template <typename T>
Result<SignedFile> cosign(const Unverified<T>& file, std::span<const Authority> authorities, Signers signers,
                          bool allow_partial = false);

}  // namespace boltseal::tuf
