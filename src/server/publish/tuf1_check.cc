#include "server/publish/tuf1_check.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "server/publish/refusal_text.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

using tuf::ChainVerifier;

tl::unexpected<ApiError> refuse(Refusal name, std::string_view text) {
  return tl::unexpected(api::refused(name, text));
}

Refusal refusal_of(const RoleName& role) {
  switch (tuf::file_type(role)) {
    case tuf::FileType::root:
      return Refusal::bad_root;
    case tuf::FileType::targets:
      return Refusal::bad_targets;
    default:
      return Refusal::bad_snapshot;
  }
}

}  // namespace

ApiResult<CheckedTuf1> Tuf1Check::run(const Files& files) {
  for (const auto& [role, file] : files) {
    if (std::holds_alternative<std::monostate>(file.parsed)) return refuse(refusal_of(role), file.problem);
  }
  BS_TRY(check_root(files));
  if (const auto stored = BS_TRY(storage_.current(gun_, Form::tuf1, RoleName::snapshot()))) {
    previous_ = BS_TRY(tuf::parse_snapshot(Form::tuf1, stored->bytes));
  }
  TrustedTargets targets = BS_TRY(check_targets(files));
  const auto snapshot = files.find(RoleName::snapshot());
  if (snapshot != files.end()) BS_TRY(check_snapshot(snapshot->second, targets));
  return CheckedTuf1{*root_, first_, std::move(targets), std::move(previous_), std::move(snapshot_)};
}

/// GUN binding (SECURITY rule 1) and expiry.
template <typename File>
ApiResult<void> Tuf1Check::check_common(const RoleName& role, const File& file, Refusal name) const {
  if (file.body().gun != gun_.str()) {
    return refuse(name, fmt::format("{} is not bound to this repository: x-boltseal-gun is {}",
                                    escape_untrusted(role.str()),
                                    file.body().gun ? escape_untrusted(*file.body().gun) : "missing"));
  }
  if (file.body().expires < now_) return refuse(name, expired_text(role, file.body().expires));
  return {};
}

ApiResult<void> Tuf1Check::check_root(const Files& files) {
  auto stored = BS_TRY(stored_root(storage_, gun_, Form::tuf1));
  first_ = !stored;
  const auto uploaded = files.find(RoleName::root());
  if (uploaded == files.end()) {
    if (!stored) return refuse(Refusal::validation, "no pre-existing root and no root provided in update.");
    root_ = std::move(*stored);
    return {};
  }
  const auto& root = *uploaded->second.as<tuf::Root>();
  const std::int64_t current = stored ? stored->body().version : 0;
  if (root->version <= current) return tl::unexpected(api::old_version());
  if (root->version != current + 1) {
    return refuse(Refusal::bad_root,
                  fmt::format("Root modifications must increment the version. Current {}, new {}", current,
                              root->version));
  }
  const tuf::RootCertificateRules rules{.gun = gun_.str()};
  auto trusted =
      stored ? ChainVerifier::next_root(root, *stored, rules) : ChainVerifier::root_itself(root, rules);
  if (!trusted) return refuse(Refusal::bad_root, trusted.error().what());
  BS_TRY(check_common(RoleName::root(), *trusted, Refusal::bad_root));
  root_ = std::move(*trusted);
  return {};
}

ApiResult<TrustedTargets> Tuf1Check::check_targets(const Files& files) {
  TargetsBodies bodies;
  for (const auto& [role, file] : files) {
    if (const auto* targets = file.as<tuf::Targets>()) bodies.emplace(role, *targets);
  }
  if (previous_) bodies = BS_TRY(named_targets(storage_, gun_, previous_->body(), std::move(bodies)));
  auto trusted = verify_tree(*root_, bodies);
  if (!trusted) {
    const bool absent = trusted.error().code() == ErrorCode::metadata_missing;
    return refuse(absent ? Refusal::validation : Refusal::bad_targets,
                  absent ? "targets must be loaded first" : signature_text(RoleName::targets(), false));
  }
  for (const auto& [role, file] : files) {
    if (file.as<tuf::Targets>() == nullptr) continue;
    const auto found = trusted->find(role);
    if (found == trusted->end()) {
      return refuse(Refusal::bad_targets, fmt::format("no delegation to {} exists whose keys signed it",
                                                      escape_untrusted(role.str())));
    }
    BS_TRY(check_common(role, found->second, Refusal::bad_targets));
    BS_TRY(check_predecessor(role, found->second));
  }
  return std::move(*trusted);
}

/// A file that was not built on the stored one would undo what another signer did: its writer must look
/// again.
ApiResult<void> Tuf1Check::check_predecessor(const RoleName& role,
                                             const tuf::Trusted<tuf::Targets>& file) const {
  const auto stored = BS_TRY(storage_.latest(gun_, Form::tuf1, role));
  const std::int64_t before = stored ? stored->version : 0;
  if (file->version <= before) return tl::unexpected(api::old_version());
  if (file->version != before + 1) {
    return refuse(Refusal::bad_targets, fmt::format("{} must have version {}, not {}",
                                                    escape_untrusted(role.str()), before + 1, file->version));
  }
  if (stored && file->based_on != stored->sha256) return tl::unexpected(api::old_version());
  if (!stored && file->based_on) {
    return refuse(Refusal::bad_targets,
                  fmt::format("{} is based on a file that is not here", escape_untrusted(role.str())));
  }
  return {};
}

ApiResult<void> Tuf1Check::check_snapshot(const UploadedFile& file, const TrustedTargets& targets) {
  auto trusted = ChainVerifier::snapshot(*file.as<tuf::Snapshot>(), *root_);
  if (!trusted) return refuse(Refusal::bad_snapshot, signature_text(RoleName::snapshot(), false));
  BS_TRY(check_common(RoleName::snapshot(), *trusted, Refusal::bad_snapshot));
  const tuf::Snapshot& body = trusted->body();
  for (const auto& [role, targets_file] : targets) {
    const tuf::Meta* meta = body.find(role.str());
    const bool named = meta != nullptr && !meta->removed && meta->version == targets_file->version &&
                       (!meta->hashes.sha256 || *meta->hashes.sha256 == targets_file.sha256());
    if (!named) {
      return refuse(Refusal::bad_snapshot, fmt::format("snapshot does not name version {} of {}",
                                                       targets_file->version, escape_untrusted(role.str())));
    }
  }
  for (const tuf::Meta& meta : body.meta) {
    const auto role = RoleName::parse_tuf1(meta.name);
    if (meta.removed || (role && targets.contains(*role))) continue;
    const tuf::Meta* before = previous_ ? previous_->body().find(meta.name) : nullptr;
    if (before != nullptr && before->version == meta.version) continue;
    return refuse(Refusal::bad_snapshot,
                  fmt::format("snapshot names {}, which is neither in this update nor stored",
                              escape_untrusted(meta.name)));
  }
  for (const tuf::Meta& meta : previous_ ? previous_->body().meta : std::vector<tuf::Meta>()) {
    if (body.find(meta.name) != nullptr) continue;
    return refuse(Refusal::bad_snapshot,
                  fmt::format("snapshot drops {}: a removed role keeps its entry, marked as removed",
                              escape_untrusted(meta.name)));
  }
  snapshot_ = std::move(*trusted);
  return {};
}

}  // namespace boltseal::server
