// Names, patterns and bodies of one form in the other.
#include "tuf/twin.h"

#include <algorithm>

#include "base/untrusted.h"
#include "tuf/editor.h"
#include "tuf/path_pattern.h"

namespace boltseal::tuf {

namespace {

/// "alice.sub" for targets/alice/sub; empty for the two whose names stay bare.
std::string folder_of(const RoleName& role) {
  if (role == RoleName::targets() || role == RoleName::releases()) return {};
  std::string folder = role.str().substr(RoleName::targets().str().size() + 1);
  std::replace(folder.begin(), folder.end(), '/', '.');
  return folder;
}

std::string prefix_of(const RoleName& role) {
  const std::string folder = folder_of(role);
  return folder.empty() ? folder : std::string(kByRoleFolder) + folder + "/";
}

/// base + "*", base + "*/*", ... for names with up to `depth` slashes below base.
void append_depths(std::vector<std::string>& out, const std::string& base, std::size_t depth) {
  std::string pattern = base + "*";
  for (std::size_t i = 0; i <= depth; ++i) {
    out.push_back(pattern);
    pattern += "/*";
  }
}

Result<Key> translate_key(const KeyMap& keys, const std::string& id) {
  const auto key = keys.find(id);
  if (key == keys.end() || !key->second.can_verify()) {
    return fail(ErrorCode::bad_key, "key " + escape_untrusted(id, 64) + " can't be used in TUF 1.0");
  }
  return encode_key(Form::tuf1, key->second.key);
}

/// Keys of a Notary role; the same public key under two ids is one.
Result<void> translate_keys(const KeyMap& from, const RoleKeys& role, KeyMap& to, RoleKeys& out) {
  for (const std::string& id : role.keyids) {
    Key key = BS_TRY(translate_key(from, id));
    if (std::find(out.keyids.begin(), out.keyids.end(), key.id) != out.keyids.end()) continue;
    out.keyids.push_back(key.id);
    to.insert_or_assign(key.id, std::move(key));
  }
  out.threshold = role.threshold;
  return {};
}

Result<DelegatedRole> translate_delegation(const Delegations& from, const DelegatedRole& role,
                                           std::span<const std::string> allowed, std::size_t depth,
                                           KeyMap& keys) {
  const RoleName name = BS_TRY(tuf1_role(BS_TRY(RoleName::parse_notary(role.name))));
  DelegatedRole out;
  out.name = name.str();
  out.terminating = false;
  out.has_paths = true;
  out.paths = BS_TRY(tuf1_patterns(
      name, intersect_prefixes(std::vector<std::string>(allowed.begin(), allowed.end()), role.paths), depth));
  BS_TRY(translate_keys(from.keys, role, keys, out));
  return out;
}

Targets start(const Targets& notary) {
  Targets out = new_targets(Form::tuf1, notary.expires, std::nullopt);
  out.notary_version = notary.version;
  return out;
}

}  // namespace

Result<RoleName> tuf1_role(const RoleName& role) {
  if (role == RoleName::targets()) return RoleName::parse_tuf1(kBaseRole);
  if (role.is_notary_delegation() && role.str() != kBaseRole && RoleName::parse_notary(role.str()))
    return role;
  return fail(ErrorCode::bad_role, escape_untrusted(role.str()) + " has no counterpart in TUF 1.0");
}

Result<RoleName> notary_role(const RoleName& role) {
  if (role.str() == kBaseRole) return RoleName::targets();
  if (role.is_notary_delegation()) {
    if (auto name = RoleName::parse_notary(role.str())) return name;
  }
  return fail(ErrorCode::bad_role, escape_untrusted(role.str()) + " has no counterpart in the Notary form");
}

std::string tuf1_target(const RoleName& role, std::string_view name) { return prefix_of(role).append(name); }

Result<std::string> notary_target(const RoleName& role, std::string_view tuf1_name) {
  const std::string prefix = prefix_of(role);
  if (tuf1_name.starts_with(prefix)) return std::string(tuf1_name.substr(prefix.size()));
  return fail(ErrorCode::bad_format,
              escape_untrusted(tuf1_name) + " is no name of the role " + escape_untrusted(role.str()));
}

std::size_t name_depth(const RoleBodies& bodies) {
  std::size_t depth = 0;
  for (const auto& [role, body] : bodies) {
    for (const Target& target : body->targets) {
      depth =
          std::max(depth, static_cast<std::size_t>(std::count(target.name.begin(), target.name.end(), '/')));
    }
  }
  return depth;
}

Result<std::vector<std::string>> tuf1_patterns(const RoleName& role, std::span<const std::string> prefixes,
                                               std::size_t depth) {
  std::vector<std::string> patterns;
  for (const std::string& prefix : prefixes) {
    // '*' and '?' are plain characters in a Notary prefix, but not in a pattern.
    if (!is_portable_pattern(prefix) || prefix.find_first_of("*?") != std::string::npos) {
      return fail(ErrorCode::bad_format,
                  "the path " + escape_untrusted(prefix) + " has no counterpart in TUF 1.0");
    }
    append_depths(patterns, prefix_of(role) + prefix, depth);
  }
  const std::string folder = role == RoleName::releases() ? "releases" : folder_of(role);
  if (!prefixes.empty() && !folder.empty()) {
    append_depths(patterns, std::string(kByRoleFolder) + folder + ".*/", depth);
  }
  return patterns;
}

Result<Targets> to_tuf1(const RoleName& role, const Targets& notary, std::span<const std::string> prefixes,
                        std::size_t depth) {
  BS_TRY(tuf1_role(role));
  Targets out = start(notary);
  for (const Target& target : notary.targets) {
    Target copy;
    copy.name = tuf1_target(role, target.name);
    copy.length = target.length;
    copy.hashes.sha256 = target.hashes.sha256;
    if (!copy.hashes.sha256) {
      return fail(ErrorCode::bad_format, escape_untrusted(target.name) + " has no sha256 hash");
    }
    // TUF's `custom` is an object; Notary's may be any value.
    if (target.custom.starts_with('{')) copy.custom = target.custom;
    out.targets.push_back(std::move(copy));
  }
  if (role == RoleName::targets() || !notary.delegations || notary.delegations->roles.empty()) return out;
  out.delegations.emplace();
  for (const DelegatedRole& child : notary.delegations->roles) {
    out.delegations->roles.push_back(
        BS_TRY(translate_delegation(*notary.delegations, child, prefixes, depth, out.delegations->keys)));
  }
  return out;
}

Result<Targets> tuf1_top(const Root& notary_root, const Targets& notary_targets, std::size_t depth) {
  Targets out = start(notary_targets);
  Delegations& delegations = out.delegations.emplace();
  DelegatedRole base;
  base.name = kBaseRole;
  base.terminating = false;
  base.has_paths = true;
  append_depths(base.paths, "", depth);
  BS_TRY(translate_keys(notary_root.keys, notary_root.targets, delegations.keys, base));
  delegations.roles.push_back(std::move(base));
  if (!notary_targets.delegations) return out;
  const std::vector<std::string> everything = {""};
  for (const DelegatedRole& child : notary_targets.delegations->roles) {
    DelegatedRole role =
        BS_TRY(translate_delegation(*notary_targets.delegations, child, everything, depth, delegations.keys));
    const bool first = role.name == RoleName::releases().str();
    delegations.roles.insert(first ? delegations.roles.begin() : delegations.roles.end(), std::move(role));
  }
  return out;
}

Result<Root> to_tuf1(const Root& notary, const Gun& gun) {
  RootRoles roles;
  const auto translate = [&](const RoleKeys& from, std::vector<Key>& to,
                             std::int64_t& threshold) -> Result<void> {
    for (const std::string& id : from.keyids) to.push_back(BS_TRY(translate_key(notary.keys, id)));
    threshold = from.threshold;
    return {};
  };
  BS_TRY(translate(notary.root, roles.root, roles.root_threshold));
  BS_TRY(translate(notary.targets, roles.targets, roles.targets_threshold));
  BS_TRY(translate(notary.snapshot, roles.snapshot, roles.snapshot_threshold));
  BS_TRY(translate(notary.timestamp, roles.timestamp, roles.timestamp_threshold));
  Root root = BS_TRY(new_root(Form::tuf1, roles, notary.expires, gun));
  root.notary_version = notary.version;
  return root;
}

}  // namespace boltseal::tuf
