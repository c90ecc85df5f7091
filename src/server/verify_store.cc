#include "server/verify_store.h"

#include <fmt/core.h>

#include <algorithm>

#include "server/recovery.h"
#include "server/stored_chain.h"
#include "server/verify_files.h"
#include "tuf/codec.h"
#include "tuf/verify_threshold.h"

namespace boltseal::server {
namespace {

/// What clients get now, of one GUN in one form.
class CurrentCheck {
 public:
  CurrentCheck(const StoreCheckParts& parts, const Gun& gun, Form form, const FindingSink& sink)
      : parts_(parts), gun_(gun), form_(form), sink_(sink) {}

  Result<void> run(const std::vector<Head>& heads);

 private:
  Result<void> check_online();
  Result<void> check_snapshot(const StoredFile& file);
  Result<void> check_named(const tuf::Meta& meta);
  Result<void> check_targets(const RoleName& role, const StoredFile& file);
  Result<void> check_key();
  void check_tops(const std::vector<Head>& heads);
  template <typename File>
  void check_common(const RoleName& role, const File& file);
  void find(const RoleName& role, std::int64_t version, std::string_view kind, std::string text) {
    sink_({gun_.str(), form_, role.str(), version, kind, std::move(text)});
  }

  const StoreCheckParts& parts_;
  const Gun& gun_;
  const Form form_;
  const FindingSink& sink_;
  std::optional<tuf::Root> root_;
  std::map<RoleName, std::int64_t> named_;
};

template <typename File>
void CurrentCheck::check_common(const RoleName& role, const File& file) {
  named_[role] = file->version;
  if (file->expires <= parts_.now) {
    find(role, file->version, "expired",
         fmt::format("it expired {} ago, on {}", describe_duration(parts_.now - file->expires),
                     format_rfc3339_seconds(file->expires)));
  }
  if (!role.is_base() || role == RoleName::root()) return;
  const tuf::RoleKeys& keys = root_->role(tuf::file_type(role));
  if (!tuf::verify_threshold(keys, root_->keys, file).met)
    find(role, file->version, "old_keys",
         "clients get this file, but the newest root's keys did not sign it");
}

Result<void> CurrentCheck::check_targets(const RoleName& role, const StoredFile& file) {
  const auto parsed = tuf::parse_targets(form_, role, file.bytes);
  if (parsed) check_common(role, *parsed);  // else it was said already
  return {};
}

Result<void> CurrentCheck::check_named(const tuf::Meta& meta) {
  if (meta.removed) return {};
  const auto role = tuf::parse_role(form_, meta.name);
  if (!role) {
    find(RoleName::snapshot(), named_[RoleName::snapshot()], "differs", "it names the role " + meta.name);
    return {};
  }
  const auto file = named_file(parts_.storage, gun_, form_, *role, meta);
  if (!file) {
    const ErrorCode code = file.error().code();
    if (code == ErrorCode::metadata_missing) {
      find(*role, meta.version.value_or(0), "missing", "the snapshot names a file that is not stored");
    } else if (code == ErrorCode::hash_mismatch || code == ErrorCode::length_mismatch) {
      find(*role, meta.version.value_or(0), "differs",
           "the stored file is not the one that the snapshot names");
    } else {
      return fail(file.error());
    }
    return {};
  }
  if (tuf::file_type(*role) == tuf::FileType::targets) return check_targets(*role, *file);
  named_[*role] = file->version;
  return {};
}

Result<void> CurrentCheck::check_snapshot(const StoredFile& file) {
  const auto parsed = tuf::parse_snapshot(form_, file.bytes);
  if (!parsed) return {};
  check_common(RoleName::snapshot(), *parsed);
  for (const tuf::Meta& meta : (*parsed)->meta) BS_TRY(check_named(meta));
  return {};
}

Result<void> CurrentCheck::check_online() {
  const auto file = BS_TRY(parts_.storage.latest(gun_, form_, RoleName::timestamp()));
  if (!file) {
    find(RoleName::timestamp(), 0, "missing", "there is no timestamp: clients get nothing");
    return {};
  }
  const auto parsed = tuf::parse_timestamp(form_, file->bytes);
  if (!parsed) return {};
  check_common(RoleName::timestamp(), *parsed);
  const tuf::Meta& meta = (*parsed)->snapshot;
  const auto snapshot = named_file(parts_.storage, gun_, form_, RoleName::snapshot(), meta);
  if (snapshot) return check_snapshot(*snapshot);
  const ErrorCode code = snapshot.error().code();
  const bool missing = code == ErrorCode::metadata_missing;
  if (!missing && code != ErrorCode::hash_mismatch && code != ErrorCode::length_mismatch)
    return fail(snapshot.error());
  find(RoleName::snapshot(), meta.version.value_or(0), missing ? "missing" : "differs",
       missing ? "the timestamp names a snapshot that is not stored"
               : "the stored file is not the one that the timestamp names");
  return {};
}

/// The server renews with the timestamp key; one that it does not have ends in an expired repository.
Result<void> CurrentCheck::check_key() {
  if (parts_.keys == nullptr) return {};
  const Signing signing(*parts_.keys, {});
  if (!BS_TRY(signing.can_sign(gun_, *root_, RoleName::timestamp())))
    find(RoleName::timestamp(), 0, "key_missing", "this server does not have the key with which to renew it");
  return {};
}

void CurrentCheck::check_tops(const std::vector<Head>& heads) {
  for (const Head& head : heads) {
    if (head.form != form_) continue;
    const auto named = named_.find(head.role);
    if (named == named_.end() || named->second >= head.version) continue;
    find(head.role, head.version, "not_named",
         fmt::format("clients get version {}: what they follow does not name this one", named->second));
  }
}

Result<void> CurrentCheck::run(const std::vector<Head>& heads) {
  const bool any =
      std::any_of(heads.begin(), heads.end(), [&](const Head& head) { return head.form == form_; });
  if (!any) return {};
  const auto file = BS_TRY(parts_.storage.latest(gun_, form_, RoleName::root()));
  if (!file) {
    find(RoleName::root(), 0, "missing", "there is no root: nothing here can be verified");
    return {};
  }
  const auto root = tuf::parse_root(form_, file->bytes);
  if (!root) return {};
  root_ = root->body();
  check_common(RoleName::root(), *root);
  BS_TRY(check_online());
  BS_TRY(check_key());
  check_tops(heads);
  return {};
}

void find_gun(const FindingSink& sink, const Gun& gun, std::string_view kind, std::string text) {
  sink({gun.str(), std::nullopt, {}, 0, kind, std::move(text)});
}

Result<void> compare_forms_of(const StoreCheckParts& parts, const Gun& gun, const FindingSink& sink) {
  const auto notary = load_chain(parts.storage, gun, Form::notary);
  const auto tuf1 = load_chain(parts.storage, gun, Form::tuf1);
  if (!notary || !tuf1) return {};  // what is wrong with one of them was said
  const auto same = compare_forms(notary->root.body(), notary->targets, tuf1->root.body(), tuf1->targets);
  if (!same) find_gun(sink, gun, "forms_differ", same.error().what());
  return {};
}

Result<void> compare_record(const StoreCheckParts& parts, const Gun& gun, const std::vector<Head>& heads,
                            const FindingSink& sink) {
  const GunState state = BS_TRY(parts.storage.state(gun));
  if (state.needs_recovery)
    find_gun(sink, gun, "needs_recovery",
             "it is read-only until its owner publishes what the store has lost");
  if (parts.record == nullptr) return {};
  for (const auto& [marked, mark] : parts.record->of(gun)) {
    std::optional<Head> top;
    for (const Head& head : heads) {
      if (head.form == marked.form && head.role == marked.role) top = head;
    }
    if (!BS_TRY(is_below_record(parts.storage, marked, mark, top, state.epoch, !heads.empty()))) continue;
    sink({gun.str(), marked.form, marked.role.str(), top ? top->version : 0, "below_record",
          fmt::format("version {} was acknowledged once; {}", mark.version,
                      !top                           ? "the store has none"
                      : top->version == mark.version ? "the store has another file of that version"
                                                     : fmt::format("the store ends at {}", top->version))});
  }
  return {};
}

}  // namespace

Result<StoreCheckReport> verify_gun(const StoreCheckParts& parts, const Gun& gun, const FindingSink& sink) {
  StoreCheckReport report{.guns = 1};
  const FindingSink counting = [&](const StoreFinding& finding) {
    ++report.findings;
    sink(finding);
  };
  const auto versions = parts.storage.versions(gun);
  const auto heads = parts.storage.heads(gun);
  if (!versions || !heads) {
    BS_TRY(parts.storage.check());
    find_gun(counting, gun, "unreadable", (versions ? heads.error() : versions.error()).what());
    return report;
  }
  for (const Form form : {Form::notary, Form::tuf1}) {
    report.files += BS_TRY(FileCheck(parts.storage, gun, form, counting).run(*versions));
    BS_TRY(CurrentCheck(parts, gun, form, counting).run(*heads));
  }
  BS_TRY(compare_forms_of(parts, gun, counting));
  BS_TRY(compare_record(parts, gun, *heads, counting));
  return report;
}

Result<StoreCheckReport> verify_store(const StoreCheckParts& parts, const FindingSink& sink) {
  StoreCheckReport total;
  const auto check = [&](const Gun& gun) -> Result<void> {
    const auto one = BS_TRY(verify_gun(parts, gun, sink));
    ++total.guns;
    total.files += one.files;
    total.findings += one.findings;
    return {};
  };
  std::string after;
  while (true) {
    const auto page = BS_TRY(parts.storage.guns(after, kGunPage));
    for (const Gun& gun : page) BS_TRY(check(gun));
    if (page.size() < kGunPage) break;
    after = page.back().str();
  }
  if (parts.record == nullptr) return total;
  for (const Gun& gun : parts.record->guns()) {
    if (BS_TRY(parts.storage.heads(gun)).empty()) BS_TRY(check(gun));
  }
  return total;
}

}  // namespace boltseal::server
