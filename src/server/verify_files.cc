#include "server/verify_files.h"

#include <fmt/core.h>

#include <algorithm>

#include "crypto/digest.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"
#include "tuf/verify_threshold.h"

namespace boltseal::server {
namespace {

/// The keys that the role names, of those in `keys`.
RoleAuthority authority_of(const tuf::RoleKeys& role, const tuf::KeyMap& keys) {
  RoleAuthority out{role, {}};
  for (const std::string& id : role.keyids) {
    const auto key = keys.find(id);
    if (key != keys.end()) out.keys.insert(*key);
  }
  return out;
}

bool equal(const RoleAuthority& a, const RoleAuthority& b) {
  return a.role.threshold == b.role.threshold && a.role.keyids == b.role.keyids && a.keys == b.keys;
}

}  // namespace

void FileCheck::find(const RoleName& role, std::int64_t version, std::string_view kind, std::string text) {
  if (!retrying_) sink_({gun_.str(), form_, role.str(), version, kind, std::move(text)});
}

void FileCheck::add_authority(const std::string& role, RoleAuthority authority) {
  auto& known = authorities_[role];
  const bool there =
      std::any_of(known.begin(), known.end(), [&](const auto& other) { return equal(other, authority); });
  if (!there) known.push_back(std::move(authority));
}

/// A row that cannot be read is a finding; a file that has gone meanwhile is nothing.
Result<std::optional<StoredFile>> FileCheck::load(const RoleName& role, std::int64_t version) {
  auto file = storage_.by_version(gun_, form_, role, version);
  if (!file && file.error().code() == ErrorCode::storage_failed) {
    BS_TRY(storage_.check());
    find(role, version, "unreadable", "its row cannot be read: " + file.error().what());
    return std::optional<StoredFile>();
  }
  if (!file) return fail(file.error());
  if (!*file) return std::optional<StoredFile>();
  if (!retrying_) ++files_;
  if (crypto::sha256((*file)->bytes) != (*file)->sha256)
    find(role, version, "wrong_hash", "its bytes do not have the SHA-256 that is stored with them");
  return std::move(*file);
}

template <typename Parsed>
bool FileCheck::check_body(const RoleName& role, std::int64_t version, const Parsed& parsed) {
  if (!parsed) {
    find(role, version, "unreadable", parsed.error().what());
    return false;
  }
  if ((*parsed)->version != version) {
    find(role, version, "wrong_version", fmt::format("the file itself says version {}", (*parsed)->version));
  }
  if (form_ == Form::tuf1 && (*parsed)->gun != gun_.str()) {
    find(role, version, "wrong_repository",
         (*parsed)->gun ? "it was signed for " + *(*parsed)->gun : "it does not say for which repository");
  }
  return true;
}

template <typename File>
bool FileCheck::is_signed(const RoleName& role, const File& file) const {
  const auto known = authorities_.find(role.str());
  if (known == authorities_.end()) return false;
  // The newest is tried first: most files are signed by the keys of today.
  return std::any_of(known->second.rbegin(), known->second.rend(), [&](const RoleAuthority& authority) {
    return tuf::verify_threshold(authority.role, authority.keys, file).met;
  });
}

void FileCheck::check_root(std::int64_t version, const StoredFile& file) {
  const auto parsed = tuf::parse_root(form_, file.bytes);
  const bool gap = previous_version_ != 0 && version != previous_version_ + 1;
  if (gap) {
    find(RoleName::root(), version, "root_chain",
         fmt::format("version {}, which clients need to follow, is not stored", version - 1));
  }
  const auto previous = std::exchange(previous_, std::nullopt);
  previous_version_ = version;
  if (!check_body(RoleName::root(), version, parsed)) return;
  const tuf::RootCertificateRules rules{.gun = gun_.str()};
  const auto signed_by = [&](const tuf::Root& root) {
    return tuf::verify_threshold(tuf::usable_root_keys(root, rules), root.keys, *parsed).met;
  };
  if (!signed_by(parsed->body())) {
    find(RoleName::root(), version, "not_signed", "too few of its own root keys signed it");
    return;
  }
  if (!gap && previous && !signed_by(*previous)) {
    find(RoleName::root(), version, "root_chain",
         fmt::format("too few root keys of version {} signed it", version - 1));
  }
  previous_ = parsed->body();
  for (const tuf::FileType type :
       {tuf::FileType::targets, tuf::FileType::snapshot, tuf::FileType::timestamp}) {
    add_authority(std::string(tuf::name_of(type)), authority_of(previous_->role(type), previous_->keys));
  }
}

Result<void> FileCheck::check_roots(const Versions& versions) {
  for (const std::int64_t version : versions) {
    const auto file = BS_TRY(load(RoleName::root(), version));
    if (file) check_root(version, *file);
  }
  return {};
}

void FileCheck::learn_delegations(const tuf::Targets& body) {
  if (!body.delegations) return;
  for (const tuf::DelegatedRole& entry : body.delegations->roles)
    add_authority(entry.name, authority_of(entry, body.delegations->keys));
  if (!body.delegations->succinct) return;
  for (const auto& [role, state] : roles_) {
    if (body.delegations->succinct->is_bin(role.str()))
      add_authority(role.str(), authority_of(*body.delegations->succinct, body.delegations->keys));
  }
}

template <typename Parsed>
bool FileCheck::judge(const RoleName& role, std::int64_t version, const Parsed& parsed) {
  if (!check_body(role, version, parsed)) return true;  // said what is wrong with it
  return is_signed(role, *parsed);
}

bool FileCheck::judge_targets(const RoleName& role, std::int64_t version, const std::string& bytes) {
  const auto parsed = tuf::parse_targets(form_, role, bytes);
  if (!judge(role, version, parsed)) return false;
  if (parsed) learn_delegations(parsed->body());
  return true;
}

/// false: nobody who may signed it, as far as is known yet.
Result<bool> FileCheck::check_file(const RoleName& role, std::int64_t version) {
  const auto file = BS_TRY(load(role, version));
  if (!file) return true;
  switch (tuf::file_type(role)) {
    case tuf::FileType::snapshot:
      return judge(role, version, tuf::parse_snapshot(form_, file->bytes));
    case tuf::FileType::timestamp:
      return judge(role, version, tuf::parse_timestamp(form_, file->bytes));
    default:
      return judge_targets(role, version, file->bytes);
  }
}

Result<void> FileCheck::check_role(const RoleName& role, Role& state) {
  const Versions versions = state.done ? std::exchange(state.unsigned_, {}) : state.versions;
  retrying_ = std::exchange(state.done, true);
  for (const std::int64_t version : versions) {
    if (!BS_TRY(check_file(role, version))) state.unsigned_.push_back(version);
  }
  retrying_ = false;
  return {};
}

Result<std::uint64_t> FileCheck::run(const std::vector<VersionName>& versions) {
  for (const VersionName& name : versions) {
    if (name.form == form_) roles_[name.role].versions.push_back(name.version);
  }
  const auto roots = roles_.find(RoleName::root());
  if (roots != roles_.end()) {
    BS_TRY(check_roots(roots->second.versions));
    roles_.erase(roots);
  }
  // From role to role as they delegate; then those that nobody delegates to, and once more what was not
  // signed by the keys known at that time (a role may have several parents).
  for (bool found = true; found;) {
    found = false;
    for (auto& [role, state] : roles_) {
      if (state.done || !authorities_.contains(role.str())) continue;
      BS_TRY(check_role(role, state));
      found = true;
    }
  }
  for (auto& [role, state] : roles_) {
    if (!state.done || !state.unsigned_.empty()) BS_TRY(check_role(role, state));
    const bool delegated = authorities_.contains(role.str());
    for (const std::int64_t version : state.unsigned_) {
      find(role, version, "not_signed",
           delegated ? "too few keys that may sign this role signed it"
                     : "no root or role here says whose keys may sign it");
    }
  }
  return files_;
}

}  // namespace boltseal::server
