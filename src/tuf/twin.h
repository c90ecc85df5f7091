// One truth in two forms: translation of a GUN's Notary metadata to TUF 1.0, and comparison of the two
// (SECURITY rule 2, TUF.md 8).
//
//   Notary role          TUF 1.0 role         names of its targets in TUF 1.0
//   (root's delegation)  targets              none: ordered delegations only
//   targets              targets/-base        v1
//   targets/releases     targets/releases     v1
//   targets/alice        targets/alice        by-role/alice/v1
//   targets/alice/sub    targets/alice/sub    by-role/alice.sub/v1
//
// Docker never resolves a bare tag through other roles than the first two, so theirs lie below by-role/. A
// role and those below it have separate folders ('.' can't stand in a Notary role name), so that a pattern of
// one never covers a name of another. Path prefixes become patterns, one for each depth of names in use.
// Pure, thread safe.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "tuf/model.h"

namespace boltseal::tuf {

/// Name of the TUF 1.0 role that carries what the Notary role `targets` signs.
inline constexpr std::string_view kBaseRole = "targets/-base";
inline constexpr std::string_view kByRoleFolder = "by-role/";

/// bad_role: a delegation that Notary names `targets/-base`, a base role other than targets.
Result<RoleName> tuf1_role(const RoleName& notary_role);
/// bad_role: a role that has no Notary counterpart (`targets` of TUF 1.0 among them).
Result<RoleName> notary_role(const RoleName& tuf1_role);
std::string tuf1_target(const RoleName& notary_role, std::string_view name);
/// bad_format: not a name of that role.
Result<std::string> notary_target(const RoleName& notary_role, std::string_view tuf1_name);

/// Bodies of the targets roles of one form: role name in that form -> body. The bodies outlive the map.
using RoleBodies = std::map<std::string, const Targets*, std::less<>>;

/// Most slashes in any target name of the bodies: how deep patterns must reach.
std::size_t name_depth(const RoleBodies& bodies);
/// Patterns of a delegation to `notary_role` for its Notary prefixes, and for the folders of roles below it.
/// bad_format: characters that pattern dialects read differently.
Result<std::vector<std::string>> tuf1_patterns(const RoleName& notary_role,
                                               std::span<const std::string> prefixes, std::size_t depth);

/// The TUF 1.0 body of a Notary targets role. `prefixes`: what the role may sign ({""} for `targets`);
/// delegations get their own, cut to these. Version 1, expiry of the Notary body; gun and based_on are the
/// caller's. For `targets` it is the body of `targets/-base`, without delegations: those are in tuf1_top().
Result<Targets> to_tuf1(const RoleName& notary_role, const Targets& notary,
                        std::span<const std::string> prefixes, std::size_t depth);
/// The TUF 1.0 top-level targets: delegations to `targets/releases`, `targets/-base` (keys of the root's
/// targets role), then the others in the order of the file.
Result<Targets> tuf1_top(const Root& notary_root, const Targets& notary_targets, std::size_t depth);
/// A TUF 1.0 root with the keys (certificates reduced to theirs) and thresholds of a Notary root; version 1,
/// the Notary version in notary_version.
Result<Root> to_tuf1(const Root& notary, const Gun& gun);

/// twin_mismatch naming the first difference: a name, digest or length that stands in one form only, a
/// delegation in one form only or with other keys or threshold. A Notary role without a file (never signed)
/// may be absent in both.
Result<void> compare_twins(const RoleBodies& notary, const RoleBodies& tuf1);
/// The same for keys and thresholds of the roots' roles, by public key, and of `targets/-base` in `tuf1_top`.
Result<void> compare_root_twins(const Root& notary, const Root& tuf1, const Targets& tuf1_top);

}  // namespace boltseal::tuf
