#include "server/publish/notary_check.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "server/publish/refusal_text.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

using tuf::ChainVerifier;
using tuf::Form;

std::optional<RoleName> parent_of(const RoleName& role) {
  if (!role.is_delegation()) return std::nullopt;
  const std::string& text = role.str();
  auto parent = RoleName::parse_notary(std::string_view(text).substr(0, text.rfind('/')));
  if (!parent) return std::nullopt;
  return *parent;
}

/// Shallow roles first, then by name: a parent of the same update is checked before its children.
std::vector<RoleName> targets_roles(const std::map<RoleName, UploadedFile>& files) {
  std::vector<RoleName> roles;
  for (const auto& [role, file] : files) {
    if (tuf::file_type(role) == tuf::FileType::targets) roles.push_back(role);
  }
  const auto depth = [](const RoleName& role) {
    return std::count(role.str().begin(), role.str().end(), '/');
  };
  std::sort(roles.begin(), roles.end(), [&](const RoleName& a, const RoleName& b) {
    return depth(a) != depth(b) ? depth(a) < depth(b) : a < b;
  });
  return roles;
}

tl::unexpected<ApiError> refuse(Refusal name, std::string_view text) {
  return tl::unexpected(api::refused(name, text));
}

}  // namespace

NotaryCheck::NotaryCheck(const Storage& storage, const Gun& gun, Time now)
    : storage_(storage), gun_(gun), now_(now) {}

tuf::RootCertificateRules NotaryCheck::rules(bool with_dates) const {
  tuf::RootCertificateRules rules{.gun = gun_.str()};
  if (with_dates) rules.now = now_;
  return rules;
}

ApiResult<CheckedUpdate> NotaryCheck::run(const Files& files) {
  BS_TRY(load_stored_root());
  BS_TRY(check_root(files));
  BS_TRY(check_targets(files));
  const auto snapshot = files.find(RoleName::snapshot());
  if (snapshot != files.end()) {
    BS_TRY(check_snapshot(snapshot->second));
    BS_TRY(check_named_files(snapshot_->body(), files));
  }
  return CheckedUpdate{*root_, stored_root_, std::move(targets_), std::move(snapshot_)};
}

ApiResult<void> NotaryCheck::load_stored_root() {
  const auto stored = BS_TRY(storage_.current(gun_, Form::notary, RoleName::root()));
  if (!stored) return {};
  const auto parsed = tuf::parse_root(Form::notary, stored->bytes);
  if (!parsed) return tl::unexpected(api::refused_without_detail("stored root: " + parsed.error().what()));
  auto trusted = ChainVerifier::root_itself(*parsed, rules(false));
  if (!trusted) return tl::unexpected(api::refused_without_detail("stored root: " + trusted.error().what()));
  stored_root_ = std::move(*trusted);
  return {};
}

ApiResult<void> NotaryCheck::check_root(const Files& files) {
  const auto uploaded = files.find(RoleName::root());
  if (uploaded == files.end()) {
    if (!stored_root_)
      return refuse(Refusal::validation, "no pre-existing root and no root provided in update.");
    root_ = stored_root_;
    return {};
  }
  const UploadedFile& file = uploaded->second;
  const std::int64_t current = stored_root_ ? stored_root_->body().version : 1;
  if (file.version != current && file.version != current + 1) {
    return refuse(Refusal::bad_root,
                  fmt::format("Root modifications must increment the version. Current {}, new {}", current,
                              file.version));
  }
  const auto* root = file.as<tuf::Root>();
  if (root == nullptr) return refuse(Refusal::bad_root, structure_text(RoleName::root(), file));
  auto trusted = stored_root_ ? ChainVerifier::next_root(*root, *stored_root_, rules(true))
                              : ChainVerifier::root_itself(*root, rules(true));
  if (!trusted) return refuse(Refusal::bad_root, root_signature_text(*root, stored_root_, rules(true)));
  if (root->body().expires < now_) {
    return refuse(Refusal::bad_root, expired_text(RoleName::root(), root->body().expires));
  }
  root_ = std::move(*trusted);
  return {};
}

ApiResult<void> NotaryCheck::check_targets(const Files& files) {
  for (const RoleName& role : targets_roles(files)) {
    BS_TRY(load_ancestors(role));
    BS_TRY(check_targets_role(role, files.at(role)));
  }
  return {};
}

ApiResult<void> NotaryCheck::load_ancestors(const RoleName& role) {
  std::vector<RoleName> missing;
  for (auto above = parent_of(role); above; above = parent_of(*above)) {
    if (!targets_.contains(*above)) missing.push_back(*above);
  }
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) BS_TRY(load_targets(*it));
  return {};
}

/// A stored targets role under the root of this update. Absent is no error: the child's check tells.
ApiResult<void> NotaryCheck::load_targets(const RoleName& role) {
  const auto stored = BS_TRY(storage_.current(gun_, Form::notary, role));
  if (!stored) return {};
  const auto parsed = tuf::parse_targets(Form::notary, role, stored->bytes);
  if (!parsed) return tl::unexpected(api::refused_without_detail("stored " + parsed.error().what()));
  const auto parent = parent_of(role);
  if (parent && !targets_.contains(*parent)) return {};
  auto trusted = parent ? ChainVerifier::delegated(*parsed, role, targets_.at(*parent))
                        : ChainVerifier::targets(*parsed, *root_);
  if (!trusted) return tl::unexpected(api::refused_without_detail("stored " + trusted.error().what()));
  targets_.insert_or_assign(role, std::move(*trusted));
  return {};
}

ApiResult<void> NotaryCheck::check_targets_role(const RoleName& role, const UploadedFile& file) {
  const auto parent = parent_of(role);
  const tuf::RoleKeys* keys = &root_->body().targets;
  const tuf::KeyMap* map = &root_->body().keys;
  if (parent) {
    if (!targets_.contains(RoleName::targets())) {
      return refuse(Refusal::bad_targets, "targets must be loaded first");
    }
    const auto above = targets_.find(*parent);
    const auto& delegations =
        above == targets_.end() ? std::optional<tuf::Delegations>() : above->second.body().delegations;
    const tuf::DelegatedRole* entry = delegations ? delegations->find(role.str()) : nullptr;
    if (entry == nullptr) {
      return refuse(Refusal::bad_targets,
                    fmt::format("tuf: invalid role {}. delegation does not exist", role.str()));
    }
    return check_delegated(role, file, above->second);
  }
  const auto* targets = file.as<tuf::Targets>();
  if (targets == nullptr) return refuse(Refusal::bad_targets, signed_structure_text(role, file, *keys, *map));
  auto trusted = ChainVerifier::targets(*targets, *root_);
  if (!trusted) return refuse(Refusal::bad_targets, signature_text(role, targets->signatures().empty()));
  return accept_targets(role, std::move(*trusted));
}

ApiResult<void> NotaryCheck::check_delegated(const RoleName& role, const UploadedFile& file,
                                             const tuf::Trusted<tuf::Targets>& parent) {
  const auto* targets = file.as<tuf::Targets>();
  if (targets == nullptr) return refuse(Refusal::bad_targets, structure_text(role, file));
  auto trusted = ChainVerifier::delegated(*targets, role, parent);
  if (!trusted) return refuse(Refusal::bad_targets, signature_text(role, targets->signatures().empty()));
  return accept_targets(role, std::move(*trusted));
}

ApiResult<void> NotaryCheck::accept_targets(const RoleName& role, tuf::Trusted<tuf::Targets> file) {
  if (file.body().expires < now_)
    return refuse(Refusal::bad_targets, expired_text(role, file.body().expires));
  targets_.insert_or_assign(role, std::move(file));
  return {};
}

ApiResult<void> NotaryCheck::check_snapshot(const UploadedFile& file) {
  const RoleName& role = RoleName::snapshot();
  const tuf::Root& root = root_->body();
  const auto* snapshot = file.as<tuf::Snapshot>();
  if (snapshot == nullptr) {
    return refuse(Refusal::bad_snapshot, signed_structure_text(role, file, root.snapshot, root.keys));
  }
  auto trusted = ChainVerifier::snapshot(*snapshot, *root_);
  if (!trusted) return refuse(Refusal::bad_snapshot, signature_text(role, snapshot->signatures().empty()));
  if (snapshot->body().expires < now_) {
    return refuse(Refusal::bad_snapshot, expired_text(role, snapshot->body().expires));
  }
  if (auto text = checksum_text(snapshot->body(), RoleName::root(), root_->bytes())) {
    return refuse(Refusal::bad_snapshot, *text);
  }
  for (const auto& [name, targets] : targets_) {
    if (auto text = checksum_text(snapshot->body(), name, targets.bytes()))
      return refuse(Refusal::bad_snapshot, *text);
  }
  snapshot_ = std::move(*trusted);
  return {};
}

/// Roles that were loaded are compared already; all others must be in the store with just that hash.
ApiResult<void> NotaryCheck::check_named_files(const tuf::Snapshot& snapshot, const Files& files) {
  std::optional<tuf::Unverified<tuf::Snapshot>> previous;
  if (const auto stored = BS_TRY(storage_.current(gun_, Form::notary, RoleName::snapshot()))) {
    if (auto parsed = tuf::parse_snapshot(Form::notary, stored->bytes)) previous = std::move(*parsed);
  }
  for (const tuf::Meta& meta : snapshot.meta) {
    const auto role = RoleName::parse_notary(meta.name);
    if (role && (files.contains(*role) || *role == RoleName::root() || targets_.contains(*role))) continue;
    if (role && BS_TRY(exists(meta, previous ? &previous->body() : nullptr))) continue;
    return refuse(Refusal::bad_snapshot,
                  fmt::format("snapshot names {} with sha256 {}, which is neither in this update nor stored",
                              escape_untrusted(meta.name),
                              meta.hashes.sha256 ? hex_encode(*meta.hashes.sha256) : std::string("(none)")));
  }
  return {};
}

Result<bool> NotaryCheck::exists(const tuf::Meta& meta, const tuf::Snapshot* previous) const {
  if (!meta.hashes.sha256) return false;
  const tuf::Meta* before = previous == nullptr ? nullptr : previous->find(meta.name);
  if (before != nullptr && before->hashes.sha256 == meta.hashes.sha256) return true;
  const auto role = BS_TRY(RoleName::parse_notary(meta.name));
  return BS_TRY(storage_.by_hash(gun_, Form::notary, role, *meta.hashes.sha256)).has_value();
}

}  // namespace boltseal::server
