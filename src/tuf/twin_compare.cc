// Comparison of the two forms.
#include <algorithm>
#include <optional>
#include <set>

#include "base/untrusted.h"
#include "tuf/twin.h"

namespace boltseal::tuf {

namespace {

tl::unexpected<Error> differ(std::string what) {
  return fail(ErrorCode::twin_mismatch, "the two forms differ: " + std::move(what));
}

/// Public keys of a role; nothing when one of its keys can't be read, which equals nothing else.
std::optional<std::set<Sha256>> identities(const KeyMap& keys, const RoleKeys& role) {
  std::set<Sha256> out;
  for (const std::string& id : role.keyids) {
    const auto key = keys.find(id);
    if (key == keys.end() || !key->second.can_verify()) return std::nullopt;
    out.insert(key->second.key->identity());
  }
  return out;
}

bool same_keys(const KeyMap& a_keys, const RoleKeys& a, const KeyMap& b_keys, const RoleKeys& b) {
  const auto left = identities(a_keys, a);
  return left && left == identities(b_keys, b) && a.threshold == b.threshold;
}

Result<void> compare_targets(const RoleName& role, const Targets& notary, const Targets& tuf1) {
  for (const Target& target : notary.targets) {
    const Target* twin = tuf1.find(tuf1_target(role, target.name));
    const std::string named = escape_untrusted(target.name) + " in " + escape_untrusted(role.str());
    if (!twin) return differ(named + " is missing in TUF 1.0");
    if (!target.hashes.sha256 || twin->hashes.sha256 != target.hashes.sha256)
      return differ(named + " has another digest");
    if (twin->length != target.length) return differ(named + " has another length");
  }
  if (tuf1.targets.size() == notary.targets.size()) return {};
  return differ(escape_untrusted(role.str()) + " has " + std::to_string(notary.targets.size()) +
                " targets in the Notary form and " + std::to_string(tuf1.targets.size()) + " in TUF 1.0");
}

const Delegations& delegations_of(const Targets* body) {
  static const Delegations kNone;
  return body && body->delegations ? *body->delegations : kNone;
}

/// The delegations of a Notary role against those of its counterpart; `skip` is the one that Notary lacks.
Result<void> compare_delegations(const Delegations& notary, const Delegations& tuf1, std::string_view skip) {
  if (tuf1.succinct) return differ("TUF 1.0 has hash bins");
  for (const DelegatedRole& role : notary.roles) {
    const DelegatedRole* twin = tuf1.find(role.name);
    const std::string named = "the delegation " + escape_untrusted(role.name);
    if (!twin || role.name == skip) return differ(named + " is missing in TUF 1.0");
    if (!same_keys(notary.keys, role, tuf1.keys, *twin)) return differ(named + " has other keys");
  }
  for (const DelegatedRole& role : tuf1.roles) {
    if (role.name == skip || notary.find(role.name)) continue;
    return differ("the delegation " + escape_untrusted(role.name) + " is missing in the Notary form");
  }
  return {};
}

const Targets* find(const RoleBodies& bodies, std::string_view role) {
  const auto at = bodies.find(role);
  return at == bodies.end() ? nullptr : at->second;
}

Result<void> compare_role(const RoleName& role, const Targets& notary, const RoleBodies& tuf1) {
  const auto name = tuf1_role(role);
  const Targets* twin = name ? find(tuf1, name->str()) : nullptr;
  if (!twin) return differ(escape_untrusted(role.str()) + " is missing in TUF 1.0");
  BS_TRY(compare_targets(role, notary, *twin));
  if (role == RoleName::targets()) {
    if (twin->delegations && !twin->delegations->roles.empty())
      return differ("targets/-base has delegations");
    return compare_delegations(delegations_of(&notary), delegations_of(find(tuf1, role.str())), kBaseRole);
  }
  return compare_delegations(delegations_of(&notary), delegations_of(twin), {});
}

}  // namespace

Result<void> compare_twins(const RoleBodies& notary, const RoleBodies& tuf1) {
  const Targets* top = find(tuf1, RoleName::targets().str());
  if (!top) return differ("targets is missing in TUF 1.0");
  if (!find(notary, RoleName::targets().str())) return differ("targets is missing in the Notary form");
  if (!top->targets.empty()) return differ("targets of TUF 1.0 names targets itself");
  for (const auto& [name, body] : notary) {
    const auto role = RoleName::parse_notary(name);
    if (!role) return differ(escape_untrusted(name) + " is no Notary role");
    BS_TRY(compare_role(*role, *body, tuf1));
  }
  for (const auto& [name, body] : tuf1) {
    if (name == RoleName::targets().str()) continue;
    const auto role = RoleName::parse_tuf1(name);
    const auto twin = role ? notary_role(*role) : Result<RoleName>(fail(ErrorCode::bad_role, ""));
    if (!twin || !find(notary, twin->str()))
      return differ(escape_untrusted(name) + " is missing in the Notary form");
  }
  return {};
}

Result<void> compare_root_twins(const Root& notary, const Root& tuf1, const Targets& tuf1_top) {
  for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
    if (same_keys(notary.keys, notary.role(type), tuf1.keys, tuf1.role(type))) continue;
    return differ("the root's role " + std::string(name_of(type)) + " has other keys");
  }
  const Delegations& delegations = delegations_of(&tuf1_top);
  const DelegatedRole* base = delegations.find(kBaseRole);
  if (base && same_keys(notary.keys, notary.targets, delegations.keys, *base)) return {};
  return differ("targets/-base has other keys than the Notary targets role");
}

}  // namespace boltseal::tuf
