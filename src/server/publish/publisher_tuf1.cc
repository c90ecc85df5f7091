// The TUF 1.0 half of a publish.
#include <fmt/core.h>

#include <set>

#include "server/publish/publisher.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::server {
namespace {

tl::unexpected<ApiError> refuse(Refusal name, std::string_view text) {
  return tl::unexpected(api::refused(name, text));
}

NewFile uploaded(const RoleName& role, const UploadedFile& file, const Sha256& sha256) {
  return {Form::tuf1, role, file.version, file.bytes(), sha256};
}

/// Roles that no delegation names any more keep their entry, marked as removed (SECURITY rule 3).
void mark_removed(tuf::Snapshot& body, const TrustedTargets& targets) {
  std::set<std::string> named = {RoleName::targets().str()};
  for (const auto& [role, file] : targets) {
    if (!file->delegations) continue;
    for (const tuf::DelegatedRole& entry : file->delegations->roles) named.insert(entry.name);
  }
  for (tuf::Meta& meta : body.meta) meta.removed = !named.contains(meta.name);
}

}  // namespace

ApiResult<void> Publisher::plan_tuf1(const Gun& gun, const Upload& upload, const Standing& standing,
                                     const NotaryFiles* notary, Plan& plan) {
  if (notary == nullptr && BS_TRY(storage_.latest(gun, Form::notary, RoleName::root()))) {
    return refuse(
        Refusal::validation,
        "this repository has the Notary form too, and TUF 1.0 alone would make the two differ: publish both "
        "forms in one update");
  }
  Tuf1Check check(storage_, gun, standing.now);
  const CheckedTuf1 update = BS_TRY(check.run(upload.tuf1));
  if (update.first) BS_TRY(check_new_life(update.root, standing, plan));
  if (notary != nullptr) BS_TRY(check_forms(gun, *notary, update));
  auto& files = plan.batch.files;
  if (const auto root = upload.tuf1.find(RoleName::root()); root != upload.tuf1.end()) {
    files.push_back(uploaded(root->first, root->second, update.root.sha256()));
  }
  for (const auto& [role, targets] : update.targets) {
    const auto file = upload.tuf1.find(role);
    if (file != upload.tuf1.end()) files.push_back(uploaded(role, file->second, targets.sha256()));
  }
  const NewFile snapshot = BS_TRY(make_tuf1_snapshot(gun, update, upload, standing, notary));
  files.push_back(snapshot);
  const auto twin = notary == nullptr ? std::nullopt : std::optional<Sha256>(notary->timestamp.sha256);
  auto timestamp = online_.timestamp(gun, update.root.body(), {snapshot.bytes, snapshot.version},
                                     standing.now, standing.stone, twin);
  if (!timestamp && timestamp.error().code() == ErrorCode::key_missing) {
    return refuse(Refusal::bad_root,
                  "the server does not hold the timestamp key that the TUF 1.0 root names");
  }
  if (!timestamp) return tl::unexpected(ApiError(timestamp.error()));
  files.push_back(std::move(*timestamp));
  return {};
}

/// What both forms will say after this publish, role by role.
ApiResult<void> Publisher::check_forms(const Gun& gun, const NotaryFiles& notary, const CheckedTuf1& tuf1) {
  const auto snapshot = BS_TRY(tuf::parse_snapshot(Form::notary, notary.snapshot.bytes));
  TargetsBodies given;
  for (const auto& [role, file] : notary.update.targets) {
    given.emplace(role, BS_TRY(tuf::parse_targets(Form::notary, role, file.bytes())));
  }
  // The root of this publish may not be stored yet.
  tuf::Snapshot names = snapshot.body();
  tuf::remove_meta(names, RoleName::root().str());
  const auto bodies = BS_TRY(named_targets(storage_, gun, names, std::move(given)));
  const TrustedTargets targets = BS_TRY(verify_tree(notary.update.root, bodies));
  const auto same = compare_forms(notary.update.root.body(), targets, tuf1.root.body(), tuf1.targets);
  if (!same) return refuse(Refusal::validation, same.error().what());
  return {};
}

ApiResult<NewFile> Publisher::make_tuf1_snapshot(const Gun& gun, const CheckedTuf1& update,
                                                 const Upload& upload, const Standing& standing,
                                                 const NotaryFiles* notary) {
  const auto twin = notary == nullptr ? std::nullopt : std::optional<Sha256>(notary->snapshot.sha256);
  if (update.snapshot) {
    if (twin && update.snapshot->body().twin != twin) {
      return refuse(Refusal::bad_snapshot,
                    "x-boltseal-twin of the snapshot is not the hash of its Notary snapshot");
    }
    return uploaded(RoleName::snapshot(), upload.tuf1.at(RoleName::snapshot()), update.snapshot->sha256());
  }
  tuf::Snapshot body =
      update.previous ? update.previous->body() : tuf::new_snapshot(Form::tuf1, standing.now, gun);
  body.twin = twin;
  for (const auto& [role, file] : update.targets) {
    tuf::set_meta(body, tuf::meta_of(Form::tuf1, role.str(), file.bytes(), file->version));
  }
  mark_removed(body, update.targets);
  auto made = online_.snapshot(gun, update.root.body(), std::move(body), standing.now, standing.stone);
  if (!made && made.error().code() == ErrorCode::key_missing) {
    return tl::unexpected(api::refused(
        Refusal::bad_hierarchy, "no TUF 1.0 snapshot was included in update and server does not hold its key",
        "snapshot"));
  }
  if (!made) return tl::unexpected(ApiError(made.error()));
  return std::move(*made);
}

}  // namespace boltseal::server
