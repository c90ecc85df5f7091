#include "client/revoke.h"

#include <algorithm>

#include "base/untrusted.h"
#include "tuf/editor.h"

namespace boltseal::client {
namespace {

// Roles that sign the tag (or anything), of targets and its direct children.
Result<std::vector<RoleName>> signing_roles(Session& session, const std::string& tag) {
  std::vector<RoleName> out;
  for (const tuf::ListedTarget& target : BS_TRY(session.list())) {
    if (!tag.empty() && target.name != tag) continue;
    for (const tuf::Found& found : target.signed_by) {
      if (std::find(out.begin(), out.end(), found.edge.role) == out.end()) out.push_back(found.edge.role);
    }
  }
  return out;
}

bool can_sign(const Session& session, const keys::KeyStore& keys, const RoleName& role) {
  const tuf::Root& root = session.set().root().body();
  if (role == RoleName::targets()) return holds_any(keys, root.keys, root.targets);
  const tuf::Targets& top = session.set().targets(RoleName::root(), RoleName::targets())->body();
  const tuf::DelegatedRole* delegation = top.delegations ? top.delegations->find(role.str()) : nullptr;
  return delegation != nullptr && holds_any(keys, top.delegations->keys, *delegation);
}

bool drop(tuf::Targets& targets, const std::string& tag) {
  if (!tag.empty()) return tuf::remove_target(targets, tag);
  const bool any = !targets.targets.empty();
  targets.targets.clear();
  return any;
}

}  // namespace

Result<Revoked> revoke(Environment& environment, keys::KeyStore& keys, const Gun& gun,
                       const std::string& tag) {
  Revoked revoked;
  const auto plan = [&](Session& session) -> Result<std::vector<RoleChange>> {
    std::vector<RoleChange> changes;
    revoked.still_signing.clear();
    const std::vector<RoleName> roles = BS_TRY(signing_roles(session, tag));
    if (roles.empty()) {
      return fail(ErrorCode::target_not_found,
                  tag.empty() ? gun.str() + " has no signed tags"
                              : gun.str() + " has no signature for the tag " + escape_untrusted(tag),
                  "boltseal list shows what is signed");
    }
    for (const RoleName& role : roles) {
      if (can_sign(session, keys, role)) {
        changes.push_back(
            {role, [tag](tuf::Targets& targets) -> Result<bool> { return drop(targets, tag); }});
      } else {
        revoked.still_signing.push_back(role);
      }
    }
    if (changes.empty()) {
      return fail(ErrorCode::key_missing, "the roles that sign it have no key here",
                  "bring a key with: boltseal key import FILE");
    }
    return changes;
  };
  revoked.roles = BS_TRY(publish(environment, keys, gun, plan)).roles;
  return revoked;
}

}  // namespace boltseal::client
