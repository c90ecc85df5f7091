#include "server/publish/publisher.h"

#include <fmt/core.h>

#include "base/log.h"
#include "server/publish/reinit.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::server {
namespace {

constexpr int kAttempts = 8;
constexpr int kBusyAttempts = 3;

tl::unexpected<ApiError> refuse(Refusal name, std::string_view text) {
  return tl::unexpected(api::refused(name, text));
}

bool is_online(const RoleName& role) { return role == RoleName::snapshot() || role == RoleName::timestamp(); }

NewFile uploaded(const RoleName& role, const UploadedFile& file, const Sha256& sha256) {
  return {Form::notary, role, file.version, file.bytes(), sha256};
}

}  // namespace

Publisher::Publisher(Remembering& storage, const OnlineRoles& online, HighWater& record, GunLocks& locks,
                     const Clock& clock, std::function<void(const Gun&)> changed,
                     std::function<void(const Gun&)> unsure)
    : storage_(storage),
      online_(online),
      record_(record),
      locks_(locks),
      clock_(clock),
      changed_(std::move(changed)),
      unsure_(std::move(unsure)) {}

ApiResult<void> Publisher::publish(const Gun& gun, const Upload& upload) {
  const auto lock = locks_.lock(gun);
  for (int attempt = 1;; ++attempt) {
    const Plan next = BS_TRY(plan_anew_if_old(gun, upload));
    const auto stored = storage_.publish(next.batch);
    if (stored) return acknowledge(gun, next);
    const ErrorCode code = stored.error().code();
    if (code != ErrorCode::conflict && code != ErrorCode::locked) {
      unsure_(gun);
      return tl::unexpected(api::updating(stored.error()));
    }
    if (BS_TRY(overlaps(gun, upload))) return tl::unexpected(api::old_version());
    const bool busy = code == ErrorCode::locked;  // each try has waited for the lock already
    if (busy && attempt == kBusyAttempts) return tl::unexpected(api::updating(stored.error()));
    if (attempt == kAttempts) return tl::unexpected(api::old_version());
  }
}

/// What another process stored a moment ago may be missing in what is remembered: no update is refused on
/// that.
ApiResult<Publisher::Plan> Publisher::plan_anew_if_old(const Gun& gun, const Upload& upload) {
  auto first = plan(gun, upload);
  if (first || !storage_.forget(gun)) return first;
  return plan(gun, upload);
}

ApiResult<Publisher::Plan> Publisher::plan(const Gun& gun, const Upload& upload) {
  Standing standing;
  standing.state = BS_TRY(storage_.state(gun));
  standing.stone = BS_TRY(storage_.tombstone(gun));
  standing.now = clock_.now();
  Plan plan{.batch = {.gun = gun, .time = standing.now, .state = standing.state},
            .epoch = standing.state.epoch};
  BS_TRY(add_basis(gun, plan));  // before anything is read that the plan rests on
  if (upload.tuf1.empty()) {
    BS_TRY(plan_notary(gun, upload, standing, plan));
  } else if (!upload.notary.empty()) {
    const NotaryFiles notary = BS_TRY(plan_notary(gun, upload, standing, plan));
    BS_TRY(plan_tuf1(gun, upload, standing, &notary, plan));
  } else {
    BS_TRY(plan_tuf1(gun, upload, standing, nullptr, plan));
  }
  BS_TRY(check_record(gun, standing, plan));
  return plan;
}

ApiResult<Publisher::NotaryFiles> Publisher::plan_notary(const Gun& gun, const Upload& upload,
                                                         const Standing& standing, Plan& plan) {
  NotaryCheck check(storage_, gun, standing.now);
  CheckedUpdate update = BS_TRY(check.run(upload.notary));
  if (!update.stored_root) BS_TRY(check_new_life(update.root, standing, plan));
  NewFile snapshot = BS_TRY(add_notary_files(gun, upload, update, standing, plan));
  NewFile timestamp = BS_TRY(make_timestamp(gun, update, snapshot, standing));
  plan.batch.files.push_back(timestamp);
  return NotaryFiles{std::move(update), std::move(snapshot), std::move(timestamp)};
}

/// The order in which notary-server stores them: root, targets roles, snapshot. Gives the snapshot.
ApiResult<NewFile> Publisher::add_notary_files(const Gun& gun, const Upload& upload,
                                               const CheckedUpdate& update, const Standing& standing,
                                               Plan& plan) {
  auto& files = plan.batch.files;
  if (const auto root = upload.notary.find(RoleName::root()); root != upload.notary.end()) {
    files.push_back(uploaded(root->first, root->second, update.root.sha256()));
  }
  for (const auto& [role, targets] : update.targets) {
    const auto file = upload.notary.find(role);
    if (file != upload.notary.end()) files.push_back(uploaded(role, file->second, targets.sha256()));
  }
  if (update.snapshot) {
    const auto& file = upload.notary.at(RoleName::snapshot());
    files.push_back(uploaded(RoleName::snapshot(), file, update.snapshot->sha256()));
  } else {
    files.push_back(BS_TRY(make_snapshot(gun, update, standing)));
  }
  return files.back();
}

ApiResult<NewFile> Publisher::make_snapshot(const Gun& gun, const CheckedUpdate& update,
                                            const Standing& standing) {
  tuf::Snapshot body = tuf::new_snapshot(Form::notary, standing.now, std::nullopt);
  const auto stored = BS_TRY(storage_.current(gun, Form::notary, RoleName::snapshot()));
  if (stored) {
    body = BS_TRY(tuf::parse_snapshot(Form::notary, stored->bytes)).body();
  } else if (!update.targets.contains(RoleName::targets())) {
    return refuse(Refusal::validation, "targets must be loaded first");
  }
  const auto name = [&](const RoleName& role, const std::string& bytes, std::int64_t version) {
    tuf::set_meta(body, tuf::meta_of(Form::notary, role.str(), bytes, version));
  };
  name(RoleName::root(), update.root.bytes(), update.root->version);
  for (const auto& [role, file] : update.targets) name(role, file.bytes(), file->version);
  auto made = online_.snapshot(gun, update.root.body(), std::move(body), standing.now, standing.stone);
  if (!made && made.error().code() == ErrorCode::key_missing) {
    return tl::unexpected(api::refused(
        Refusal::bad_hierarchy,
        "no snapshot was included in update and server does not hold current snapshot key for repository",
        "snapshot"));
  }
  if (!made) return tl::unexpected(ApiError(made.error()));
  return std::move(*made);
}

ApiResult<NewFile> Publisher::make_timestamp(const Gun& gun, const CheckedUpdate& update,
                                             const NewFile& snapshot, const Standing& standing) {
  auto made = online_.timestamp(gun, update.root.body(), {snapshot.bytes, snapshot.version}, standing.now,
                                standing.stone);
  if (!made && made.error().code() == ErrorCode::key_missing) {
    return refuse(Refusal::bad_root,
                  "no  timestamp keys exist on the server");  // two blanks, as notary 0.7.0
  }
  if (!made) return tl::unexpected(ApiError(made.error()));
  return std::move(*made);
}

/// A GUN that was deleted begins anew only for who held its root, or when the operator says so.
ApiResult<void> Publisher::check_new_life(const tuf::Trusted<tuf::Root>& root, const Standing& standing,
                                          Plan& plan) const {
  const bool reset = standing.state.reset_allowed;
  if ((!standing.stone && !reset) || plan.batch.reinitialises) return {};
  if (!reset) {
    const auto old = standing.stone->roots.find(root.form());
    if (old != standing.stone->roots.end() && !continues_deleted_root(root, root.form(), old->second)) {
      return refuse(
          Refusal::bad_root,
          "this repository was deleted, and the new root is not signed by the keys of the deleted one: sign "
          "it with the old root key too, or ask the operator for: boltseald gun reset");
    }
  }
  plan.batch.reinitialises = true;
  ++plan.epoch;
  return {};
}

/// Nothing else may be published at or below what was acknowledged once; a GUN whose store is older than the
/// record takes only what lifts every role of its owners to the record (SECURITY rule 12). That is looked at
/// with each publish: a standby that was promoted a moment ago may lag, and nobody have marked it yet.
ApiResult<void> Publisher::check_record(const Gun& gun, const Standing& standing, Plan& plan) {
  if (plan.batch.reinitialises) {
    if (standing.state.needs_recovery) plan.batch.needs_recovery = false;
    return {};
  }
  std::map<std::pair<Form, RoleName>, const NewFile*> fresh;
  for (const NewFile& file : plan.batch.files) fresh[{file.form, file.role}] = &file;
  for (const auto& [head, mark] : record_.of(gun)) {
    if (mark.epoch > plan.epoch) {
      return refuse(
          Refusal::validation,
          "the server's store was set back to an earlier life of this repository: its operator must "
          "restore a newer backup");
    }
    // An owner's roles of an earlier life of the GUN are not continued.
    if (mark.epoch < plan.epoch && !is_online(head.role)) continue;
    const auto found = fresh.find({head.form, head.role});
    if (found != fresh.end()) {
      const NewFile& file = *found->second;
      const bool same = file.version == mark.version && file.sha256 == mark.sha256;
      if (file.version <= mark.version && !same) return tl::unexpected(api::old_version());
    } else if (!is_online(head.role)) {
      const auto stored = BS_TRY(storage_.latest(gun, head.form, head.role));
      const bool same = stored && stored->version == mark.version && stored->sha256 == mark.sha256;
      if (same || (stored && stored->version > mark.version)) continue;
      return refuse(
          Refusal::validation,
          fmt::format("the server's store was set back: it has version {} of {}, but version {} was "
                      "acknowledged; publish the newest version of every role again",
                      stored ? stored->version : 0, head.role.str(), mark.version));
    }
  }
  if (standing.state.needs_recovery) plan.batch.needs_recovery = false;
  return {};
}

/// Every publish makes a timestamp, so a basis of the online roles and root is enough to notice any other.
ApiResult<void> Publisher::add_basis(const Gun& gun, Plan& plan) {
  for (const Form form : {Form::notary, Form::tuf1}) {
    for (const RoleName& role : {RoleName::root(), RoleName::snapshot(), RoleName::timestamp()}) {
      const auto top = BS_TRY(storage_.latest(gun, form, role));
      plan.batch.basis.push_back({form, role, top ? top->version : 0});
    }
  }
  return {};
}

ApiResult<bool> Publisher::overlaps(const Gun& gun, const Upload& upload) const {
  for (const auto& [form, files] :
       {std::pair(Form::notary, &upload.notary), std::pair(Form::tuf1, &upload.tuf1)}) {
    for (const auto& [role, file] : *files) {
      if (role == RoleName::timestamp()) continue;
      const auto stored = BS_TRY(storage_.latest(gun, form, role));
      if (stored && stored->version >= file.version) return true;
    }
  }
  return false;
}

ApiResult<void> Publisher::acknowledge(const Gun& gun, const Plan& plan) {
  std::vector<Head> heads;
  for (const NewFile& file : plan.batch.files)
    heads.push_back({gun, file.form, file.role, file.version, file.sha256});
  const auto recorded = record_.raise(gun, plan.epoch, heads);
  changed_(gun);
  if (!recorded) return tl::unexpected(api::updating(recorded.error()));
  log::info("published", {{"gun", Untrusted(gun.str())},
                          {"files", static_cast<std::int64_t>(heads.size())},
                          {"timestamp", heads.back().version}});
  return {};
}

ApiResult<void> Publisher::remove(const Gun& gun) {
  const auto lock = locks_.lock(gun);
  const auto removed = storage_.remove(gun, clock_.now());
  if (!removed) {
    unsure_(gun);
    return tl::unexpected(ApiError(removed.error()));
  }
  changed_(gun);
  if (!*removed) return {};
  // The files are gone: keys that sign no more are tidiness, and no reason to tell the client of a failure.
  const auto retired = online_.signing().keys().retire(gun);
  if (!retired) log::error("keys_not_retired", retired.error());
  log::info("deleted", {{"gun", Untrusted(gun.str())}});
  return {};
}

}  // namespace boltseal::server
