#include "server/import/import.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "base/log.h"
#include "base/untrusted.h"
#include "server/import/verify.h"
#include "server/publish/reinit.h"
#include "server/stored_chain.h"

namespace boltseal::server {
namespace {

template <typename Body>
NewFile file_of(const RoleName& role, const tuf::detail::File<Body>& file) {
  return {Form::notary, role, file->version, file.bytes(), file.sha256()};
}

/// All files of the bundle, in the order in which a server stores them.
std::vector<NewFile> files_of(const VerifiedBundle& bundle) {
  std::vector<NewFile> files;
  for (const auto& root : bundle.roots) files.push_back(file_of(RoleName::root(), root));
  for (const auto& [role, file] : bundle.named) files.push_back(file_of(role, file));
  files.push_back(file_of(RoleName::snapshot(), bundle.snapshot));
  files.push_back(file_of(RoleName::timestamp(), bundle.timestamp));
  return files;
}

std::string shown(const NewFile& file) {
  return fmt::format("version {} of {}", file.version, escape_untrusted(file.role.str()));
}

Error older(const Gun& gun, const NewFile& file, std::int64_t known, std::string_view where) {
  return Error(
      ErrorCode::rollback,
      fmt::format("the bundle is older than what this server has of {}: it has {}, {} has version {}",
                  gun.str(), shown(file), where, known),
      "import a newer export; nothing was changed");
}

Error differs(const Gun& gun, const NewFile& file, std::string_view where) {
  return Error(ErrorCode::conflict,
               fmt::format("{} of {} in the bundle (sha256 {}) is not the one that {} has", shown(file),
                           gun.str(), hex_encode(file.sha256), where),
               "two servers went on from the same data, or the bundle is of another repository; nothing was "
               "changed");
}

class Import {
 public:
  Import(const ImportParts& parts, const VerifiedBundle& bundle)
      : parts_(parts),
        bundle_(bundle),
        all_(files_of(bundle)),
        batch_{.gun = bundle.gun, .time = parts.clock.now()} {
    for (const NewFile& file : all_) newest_[file.role] = &file;
  }

  /// Decides; changes nothing.
  Result<void> plan() {
    const GunState state = BS_TRY(parts_.storage.state(bundle_.gun));
    epoch_ = state.epoch;
    batch_.state = state;
    BS_TRY(compare_with_store());
    if (stored_.empty()) BS_TRY(check_new_life(state));
    if (!batch_.reinitialises) BS_TRY(compare_with_record());
    if (state.needs_recovery) batch_.needs_recovery = false;
    add_basis();
    return {};
  }

  Result<void> store() {
    if (!batch_.files.empty() || batch_.needs_recovery) BS_TRY(parts_.storage.publish(batch_));
    std::vector<Head> heads;
    for (const auto& [role, file] : newest_)
      heads.push_back({bundle_.gun, Form::notary, role, file->version, file->sha256});
    BS_TRY(parts_.record.raise(bundle_.gun, epoch_, heads));
    BS_TRY(load_chain(parts_.storage, bundle_.gun, Form::notary));  // what was stored is what was verified
    log::info("imported", {{"gun", Untrusted(bundle_.gun.str())},
                           {"files", static_cast<std::int64_t>(batch_.files.size())}});
    return {};
  }

  std::size_t new_files() const { return batch_.files.size(); }

 private:
  Result<void> compare_with_store() {
    for (const Head& head : BS_TRY(parts_.storage.heads(bundle_.gun))) {
      if (head.form != Form::notary) {
        return fail(
            ErrorCode::twin_mismatch,
            bundle_.gun.str() + " is stored here in TUF 1.0 form, and a bundle has the Notary form alone",
            "let its owner publish both forms; nothing was changed");
      }
      stored_.emplace(head.role, head);
    }
    BS_TRY(compare_roots());
    for (const NewFile& file : all_) {
      const auto known = stored_.find(file.role);
      if (known == stored_.end() || file.version > known->second.version) batch_.files.push_back(file);
    }
    for (const auto& [role, file] : newest_) {
      const auto known = stored_.find(role);
      if (known == stored_.end()) continue;
      if (file->version < known->second.version)
        return fail(older(bundle_.gun, *file, known->second.version, "the store"));
      if (file->version == known->second.version && file->sha256 != known->second.sha256)
        return fail(differs(bundle_.gun, *file, "the store"));
    }
    return {};
  }

  /// The stored roots must be the beginning of the bundle's chain.
  Result<void> compare_roots() {
    const auto top = stored_.find(RoleName::root());
    if (top != stored_.end() && top->second.version < bundle_.roots.front()->version) {
      return fail(ErrorCode::metadata_missing,
                  fmt::format("the bundle begins with root version {}, the store has {} of {}: nothing says "
                              "whether they belong together",
                              bundle_.roots.front()->version, top->second.version, bundle_.gun.str()),
                  "nothing was changed; import an export that has the older root too");
    }
    for (const auto& root : bundle_.roots) {
      const auto known =
          BS_TRY(parts_.storage.by_version(bundle_.gun, Form::notary, RoleName::root(), root->version));
      if (!known || known->sha256 == root.sha256()) continue;
      return fail(
          ErrorCode::root_not_trusted,
          fmt::format("another repository is stored here as {}: its root version {} has sha256 {}, the "
                      "bundle's has {}",
                      bundle_.gun.str(), root->version, hex_encode(known->sha256), hex_encode(root.sha256())),
          "nothing was changed; if the stored one is to go, delete it first");
    }
    return {};
  }

  /// A GUN that was deleted here begins anew (SECURITY rule 16).
  Result<void> check_new_life(const GunState& state) {
    const auto stone = BS_TRY(parts_.storage.tombstone(bundle_.gun));
    if (!stone && !state.reset_allowed) return {};
    if (stone && !state.reset_allowed) {
      const auto buried = stone->roots.find(Form::notary);
      if (buried != stone->roots.end() &&
          !continues_deleted_root(bundle_.root(), Form::notary, buried->second)) {
        return fail(ErrorCode::root_not_trusted,
                    bundle_.gun.str() +
                        " was deleted here, and the bundle's root is not signed by the keys of "
                        "the deleted one",
                    "if it shall come back all the same: boltseald gun reset " + bundle_.gun.str());
      }
      for (const auto& [role, file] : newest_) {
        const auto version = stone->versions.find({Form::notary, role});
        if (version != stone->versions.end() && file->version < version->second)
          return fail(older(bundle_.gun, *file, version->second, "the deleted repository"));
      }
    }
    batch_.reinitialises = true;
    ++epoch_;
    return {};
  }

  /// Nothing is stored at or below what was acknowledged once (SECURITY rule 12).
  Result<void> compare_with_record() {
    for (const auto& [head, mark] : parts_.record.of(bundle_.gun)) {
      const auto found = newest_.find(head.role);
      if (head.form != Form::notary || found == newest_.end()) continue;
      const NewFile& file = *found->second;
      const std::string_view where = "the high-water record";
      if (mark.epoch > epoch_ || file.version < mark.version)
        return fail(older(bundle_.gun, file, mark.version, where));
      if (mark.epoch == epoch_ && file.version == mark.version && file.sha256 != mark.sha256)
        return fail(differs(bundle_.gun, file, where));
    }
    return {};
  }

  void add_basis() {
    for (const RoleName& role : {RoleName::root(), RoleName::snapshot(), RoleName::timestamp()}) {
      const auto known = stored_.find(role);
      batch_.basis.push_back({Form::notary, role, known == stored_.end() ? 0 : known->second.version});
    }
  }

  const ImportParts& parts_;
  const VerifiedBundle& bundle_;
  std::vector<NewFile> all_;
  std::map<RoleName, const NewFile*> newest_;
  std::map<RoleName, Head> stored_;
  Batch batch_;
  std::int64_t epoch_ = 1;
};

Result<ImportReport> report_of(const VerifiedBundle& bundle, const ImportParts& parts) {
  ImportReport report{.gun = bundle.gun,
                      .first_root = bundle.roots.front()->version,
                      .newest_root = bundle.root()->version,
                      .newest_root_sha256 = bundle.root().sha256()};
  const auto add = [&](const RoleName& role, const auto& file) {
    report.roles.push_back({role, file->version, file->expires});
  };
  add(RoleName::root(), bundle.root());
  for (const auto& [role, file] : bundle.named) add(role, file);
  add(RoleName::snapshot(), bundle.snapshot);
  add(RoleName::timestamp(), bundle.timestamp);
  report.left_out = bundle.left_out;
  report.now = parts.clock.now();
  for (const RoleName& role : {RoleName::timestamp(), RoleName::snapshot()}) {
    if (!BS_TRY(parts.signing.can_sign(bundle.gun, bundle.root().body(), role))) report.lacks.push_back(role);
  }
  return report;
}

}  // namespace

const ImportedRole* ImportReport::find(const RoleName& role) const {
  const auto found =
      std::find_if(roles.begin(), roles.end(), [&](const ImportedRole& known) { return known.role == role; });
  return found == roles.end() ? nullptr : &*found;
}

bool ImportReport::lacks_key_of(const RoleName& role) const {
  return std::find(lacks.begin(), lacks.end(), role) != lacks.end();
}

Result<ImportReport> import_bundle(const ImportParts& parts, const Bundle& bundle,
                                   const ImportOptions& options) {
  const VerifiedBundle verified = BS_TRY(verify_bundle(bundle, options.accepted_root));
  ImportReport report = BS_TRY(report_of(verified, parts));
  Import import(parts, verified);
  BS_TRY(import.plan());
  report.stored = import.new_files();
  if (!options.dry_run) BS_TRY(import.store());
  return report;
}

}  // namespace boltseal::server
