// One truth in two forms: translation of a GUN's Notary metadata to TUF 1.0 and back, and their comparison
// (SECURITY rule 2, TUF.md 8).
//
// Roles: Notary `targets` is `targets/-base` in TUF 1.0, where `targets` itself holds ordered delegations
// only; `targets/releases` keeps its name; any other `targets/x/y` keeps its name too, and its targets are
// named `by-role/x/y/<name>`, as Docker never resolves a bare tag through them. Path prefixes become
// patterns. Pure, thread safe.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "tuf/editor.h"
#include "tuf/file.h"
#include "tuf/model.h"

namespace boltseal::tuf {

/// Name of the TUF 1.0 role that carries what the Notary role `targets` signs.
inline constexpr std::string_view kBaseRole = "targets/-base";
inline constexpr std::string_view kByRolePrefix = "by-role/";

/// Bodies of the targets roles of one form: role name -> body.
using RoleBodies = std::map<std::string, const Targets*, std::less<>>;

RoleName tuf1_role(const RoleName& notary_role);  ///< targets -> targets/-base; others stay
/// bad_role: a role that has no Notary counterpart (`targets` of TUF 1.0 among them).
Result<RoleName> notary_role(const RoleName& tuf1_role);
std::string tuf1_target(const RoleName& notary_role,
                        std::string_view name);  ///< "alice", "v1" -> "by-role/alice/v1"
/// bad_format: not a name of that role.
Result<std::string> notary_target(const RoleName& notary_role, std::string_view tuf1_name);
/// Patterns for a Notary prefix: `p*`, and with `depth` slashes below it `p*/*`, ... bad_format: characters
/// that pattern dialects read differently.
Result<std::vector<std::string>> tuf1_patterns(const RoleName& notary_role,
                                               std::span<const std::string> prefixes, std::size_t depth);

/// The TUF 1.0 body for a Notary targets role: targets and delegations translated, keys re-encoded. Version,
/// expiry, gun and based_on are the caller's. For `targets` it gives the body of `targets/-base`.
Result<Targets> to_tuf1(const RoleName& notary_role, const Targets& notary);
/// The TUF 1.0 top-level targets body: delegations to `targets/releases`, `targets/-base` (keys of the root's
/// targets role) and the others, in this order.
Result<Targets> tuf1_top(const Root& notary_root, const Targets& notary_targets);
/// A TUF 1.0 root with the keys (certificates unwrapped) and thresholds of a Notary root.
Result<Root> to_tuf1(const Root& notary, const Gun& gun);

/// twin_mismatch naming the first difference: a role, name, digest or length that stands in one form only, or
/// other role keys (roots compared by public keys).
Result<void> compare_twins(const RoleBodies& notary, const RoleBodies& tuf1);
Result<void> compare_root_twins(const Root& notary, const Root& tuf1);

}  // namespace boltseal::tuf
