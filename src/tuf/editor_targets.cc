// Edits of targets roles: targets and delegations.
#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/untrusted.h"
#include "json/reader.h"
#include "tuf/codec.h"
#include "tuf/editor.h"
#include "tuf/object_writer.h"
#include "tuf/path_pattern.h"
#include "tuf/wire_read.h"

namespace boltseal::tuf {

namespace {

using Texts = std::vector<std::string>;

bool contains(const Texts& items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

void add_missing(Texts& items, const std::string& item) {
  if (!contains(items, item)) items.push_back(item);
}

/// Ids as listed of the keys that `id` names: itself, or those with this canonical id.
Texts listed_ids(const KeyMap& keys, const Texts& ids) {
  Texts out;
  for (const auto& [listed, key] : keys) {
    if (contains(ids, listed) || (key.canonical_id && contains(ids, key.canonical_id->str())))
      out.push_back(listed);
  }
  return out;
}

void drop_unused(Delegations& delegations, const Texts& candidates) {
  for (const std::string& id : candidates) {
    const bool used = std::any_of(delegations.roles.begin(), delegations.roles.end(),
                                  [&](const DelegatedRole& role) { return contains(role.keyids, id); });
    if (!used) delegations.keys.erase(id);
  }
}

/// True when the role listed one of them.
bool remove_keyids(Form form, DelegatedRole& role, const Texts& ids) {
  const auto gone = std::erase_if(role.keyids, [&](const std::string& id) { return contains(ids, id); });
  if (gone != 0 && role.keyids.empty()) role.null_keyids = form == Form::notary;  // a nil slice in Go
  return gone != 0;
}

Result<void> check_names(Form form, const RoleName& parent, const RoleName& name) {
  const std::string& text = name.str();
  const bool child = text.substr(0, text.rfind('/')) == parent.str();
  if (name.is_delegation() && (form == Form::tuf1 || child)) return {};
  return fail(ErrorCode::bad_role,
              escape_untrusted(text) + " can't be delegated by " + escape_untrusted(parent.str()));
}

Result<void> check_edit(Form form, const DelegationEdit& edit) {
  for (const std::string& path : edit.add_paths) {
    if (path.size() > limits::kPatternBytes) {
      return fail(ErrorCode::limit_exceeded,
                  "a path is longer than " + std::to_string(limits::kPatternBytes) + " bytes");
    }
    if (form == Form::tuf1 ? !is_portable_pattern(path) : !is_utf8(path)) {
      return fail(ErrorCode::bad_format,
                  "clients would read the path " + escape_untrusted(path) + " differently",
                  "use letters, digits, '.', '_', '-', '/', '*' and '?' only");
    }
  }
  for (const Key& key : edit.add_keys) {
    if (!key.can_verify() || key.scheme.empty() != (form == Form::notary)) {
      return fail(ErrorCode::bad_key, "key " + escape_untrusted(key.id, 64) + " is of no use in this form");
    }
  }
  const auto most = static_cast<std::int64_t>(limits::kKeysPerRole);
  if (edit.threshold && (*edit.threshold < 1 || *edit.threshold > most)) {
    return fail(ErrorCode::usage, "a threshold must lie between 1 and " + std::to_string(most));
  }
  return {};
}

void change_paths(DelegatedRole& role, const DelegationEdit& edit) {
  if (edit.clear_paths) role.paths.clear();
  std::erase_if(role.paths, [&](const std::string& path) { return contains(edit.remove_paths, path); });
  for (const std::string& path : edit.add_paths) add_missing(role.paths, path);
}

}  // namespace

bool set_target(Targets& targets, Target target) {
  const auto at =
      std::lower_bound(targets.targets.begin(), targets.targets.end(), target.name,
                       [](const Target& entry, const std::string& name) { return entry.name < name; });
  if (at == targets.targets.end() || at->name != target.name) {
    targets.targets.insert(at, std::move(target));
    return true;
  }
  if (target.extras.empty()) target.extras = at->extras;
  if (*at == target) return false;
  *at = std::move(target);
  return true;
}

bool remove_target(Targets& targets, std::string_view name) {
  return std::erase_if(targets.targets, [&](const Target& entry) { return entry.name == name; }) != 0;
}

Result<void> set_target_facts(Target& target, const TargetFacts& facts) {
  json::ReadLimits read;
  read.bytes = limits::kNotaryMetadataBytes;
  read.integral_floats = true;
  const std::string before = target.custom.empty() ? "{}" : wire_text(Form::tuf1, target.custom);
  const auto document = BS_TRY(json::Document::parse(before, read));
  if (!document.root().is_object())
    return fail(ErrorCode::bad_format, "the target's custom data is no object");
  ObjectWriter ours;
  if (const json::Value* old = document.root().find("boltseal")) {
    for (const json::Member& member : old->members()) {
      if (member.name == "gun" || member.name == "mediaType" || member.name == "source") continue;
      ours.raw(member.name, BS_TRY(json::canonical(member.value, json::Dialect::notary)));
    }
  }
  if (facts.gun) ours.text("gun", *facts.gun);
  if (facts.media_type) ours.text("mediaType", *facts.media_type);
  if (facts.source) ours.text("source", *facts.source);
  ObjectWriter custom;
  for (const json::Member& member : document.root().members()) {
    if (member.name == "boltseal") continue;
    custom.raw(member.name, BS_TRY(json::canonical(member.value, json::Dialect::notary)));
  }
  target.custom = custom.raw("boltseal", ours.finish()).finish();
  return {};
}

Result<void> edit_delegation(Targets& targets, const RoleName& parent, const RoleName& name,
                             const DelegationEdit& edit) {
  BS_TRY(check_names(targets.form, parent, name));
  BS_TRY(check_edit(targets.form, edit));
  if (!targets.delegations) targets.delegations.emplace();
  Delegations& delegations = *targets.delegations;
  if (delegations.succinct) return fail(ErrorCode::bad_role, "this role delegates to succinct hash bins");
  DelegatedRole* role = delegations.find(name.str());
  if (!role) {
    if (delegations.roles.size() >= limits::kDelegationsPerFile) {
      return fail(too_many("delegations", limits::kDelegationsPerFile));
    }
    role = &delegations.roles.emplace_back();
    role->name = name.str();
  }
  change_paths(*role, edit);
  // Go omits an empty list; python-tuf wants one of paths and path_hash_prefixes.
  role->has_paths = targets.form == Form::tuf1 ? !role->has_hash_prefixes : !role->paths.empty();
  const Texts removed = listed_ids(delegations.keys, edit.remove_keys);
  remove_keyids(targets.form, *role, removed);
  for (const Key& key : edit.add_keys) {
    delegations.keys.insert_or_assign(key.id, key);
    add_missing(role->keyids, key.id);
    role->null_keyids = false;
  }
  if (edit.threshold) role->threshold = *edit.threshold;
  // python-tuf refuses a file without it.
  if (targets.form == Form::tuf1)
    role->terminating = edit.terminating.value_or(role->terminating.value_or(false));
  drop_unused(delegations, removed);
  return {};
}

bool remove_delegation(Targets& targets, const RoleName& name) {
  if (!targets.delegations) return false;
  Delegations& delegations = *targets.delegations;
  const auto at = std::find_if(delegations.roles.begin(), delegations.roles.end(),
                               [&](const DelegatedRole& role) { return role.name == name.str(); });
  if (at == delegations.roles.end()) return false;
  const Texts candidates = std::move(at->keyids);
  delegations.roles.erase(at);
  drop_unused(delegations, candidates);
  return true;
}

bool purge_keys(Targets& targets, std::string_view prefix, std::span<const std::string> keys) {
  if (!targets.delegations) return false;
  Delegations& delegations = *targets.delegations;
  const Texts removed = listed_ids(delegations.keys, Texts(keys.begin(), keys.end()));
  bool changed = false;
  for (DelegatedRole& role : delegations.roles) {
    if (role.name.starts_with(prefix)) changed = remove_keyids(targets.form, role, removed) || changed;
  }
  drop_unused(delegations, removed);
  return changed;
}

Result<void> move_delegation(Targets& targets, const RoleName& name, std::size_t index) {
  const auto missing = [&] {
    return fail(ErrorCode::bad_role, "there is no delegation " + escape_untrusted(name.str()));
  };
  if (!targets.delegations) return missing();
  auto& roles = targets.delegations->roles;
  const auto at = std::find_if(roles.begin(), roles.end(),
                               [&](const DelegatedRole& role) { return role.name == name.str(); });
  if (at == roles.end()) return missing();
  const auto to = roles.begin() + static_cast<std::ptrdiff_t>(std::min(index, roles.size() - 1));
  if (at < to) {
    std::rotate(at, at + 1, to + 1);
  } else {
    std::rotate(to, at, at + 1);
  }
  return {};
}

}  // namespace boltseal::tuf
