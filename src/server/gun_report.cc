#include "server/gun_report.h"

#include <algorithm>

#include "base/untrusted.h"
#include "server/signing.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

/// Who may sign a role, as root and delegations of the current files say; by (form, role).
using Authorities = std::map<std::pair<Form, std::string>, tuf::RoleKeys>;

/// What one walk over the current files of a GUN in one form finds.
struct Current {
  std::vector<RoleExpiry> roles;
  std::optional<tuf::Root> root;
  Authorities authorities;
};

template <typename Parsed>
void add(Current& current, Form form, const RoleName& role, const Parsed& parsed) {
  if (parsed) current.roles.push_back({form, role, (*parsed)->version, (*parsed)->expires});
}

void add_targets(Current& current, Form form, const RoleName& role, const std::string& bytes) {
  const auto parsed = tuf::parse_targets(form, role, bytes);
  add(current, form, role, parsed);
  if (!parsed || !(*parsed)->delegations) return;
  for (const tuf::DelegatedRole& entry : (*parsed)->delegations->roles)
    current.authorities[{form, entry.name}] = entry;
}

Result<void> add_form(Current& current, const Storage& storage, const Gun& gun, Form form) {
  if (const auto file = BS_TRY(storage.current(gun, form, RoleName::root()))) {
    const auto parsed = tuf::parse_root(form, file->bytes);
    add(current, form, RoleName::root(), parsed);
    if (parsed) current.root = parsed->body();
    for (const RoleName& role :
         {RoleName::root(), RoleName::targets(), RoleName::snapshot(), RoleName::timestamp()}) {
      if (parsed) current.authorities[{form, role.str()}] = (*parsed)->role(tuf::file_type(role));
    }
  }
  if (const auto file = BS_TRY(storage.current(gun, form, RoleName::timestamp())))
    add(current, form, RoleName::timestamp(), tuf::parse_timestamp(form, file->bytes));
  const auto file = BS_TRY(storage.current(gun, form, RoleName::snapshot()));
  if (!file) return {};
  const auto snapshot = tuf::parse_snapshot(form, file->bytes);
  add(current, form, RoleName::snapshot(), snapshot);
  if (!snapshot) return {};
  for (const tuf::Meta& meta : (*snapshot)->meta) {
    const auto role = tuf::parse_role(form, meta.name);
    if (!role || meta.removed || tuf::file_type(*role) != tuf::FileType::targets) continue;
    if (const auto named = BS_TRY(storage.current(gun, form, *role)))
      add_targets(current, form, *role, named->bytes);
  }
  return {};
}

Result<GunLine> line_of(const Storage& storage, const Gun& gun) {
  GunLine line{.gun = gun, .versions = BS_TRY(storage.versions(gun)).size()};
  for (const Form form : {Form::notary, Form::tuf1}) {
    const auto file = BS_TRY(storage.latest(gun, form, RoleName::timestamp()));
    if (file && (!line.newest || *line.newest < file->created)) line.newest = file->created;
  }
  line.needs_recovery = BS_TRY(storage.state(gun)).needs_recovery;
  if (const auto stone = BS_TRY(storage.tombstone(gun))) line.deleted = stone->deleted;
  return line;
}

Result<RoleReport> role_report(const Current& current, KeyService* keys, const Gun& gun,
                               const RoleExpiry& file, const std::vector<Head>& heads) {
  RoleReport report{.file = file};
  for (const Head& head : heads) {
    if (head.form == file.form && head.role == file.role) report.stored = head.version;
  }
  const auto authority = current.authorities.find({file.form, file.role.str()});
  if (authority != current.authorities.end()) {
    report.key_ids = authority->second.keyids;
    report.threshold = authority->second.threshold;
  }
  const bool online = file.role == RoleName::snapshot() || file.role == RoleName::timestamp();
  if (online && keys != nullptr && current.root)
    report.server_signs = BS_TRY(Signing(*keys, {}).can_sign(gun, *current.root, file.role));
  return report;
}

}  // namespace

Result<std::vector<RoleExpiry>> current_expiry(const Storage& storage, const Gun& gun) {
  Current current;
  for (const Form form : {Form::notary, Form::tuf1}) BS_TRY(add_form(current, storage, gun, form));
  return std::move(current.roles);
}

Result<void> for_each_gun(const Storage& storage, const std::function<Result<bool>(const Gun&)>& each) {
  std::string after;
  while (true) {
    // Those with files and those that are only remembered, merged: a page of each holds the next page of
    // both.
    auto page = BS_TRY(storage.guns(after, kGunPage));
    const auto more = BS_TRY(storage.remembered(after, kGunPage));
    page.insert(page.end(), more.begin(), more.end());
    std::sort(page.begin(), page.end());
    page.erase(std::unique(page.begin(), page.end()), page.end());
    if (page.size() > kGunPage) page.resize(kGunPage, page.front());
    for (const Gun& gun : page) {
      if (!BS_TRY(each(gun))) return {};
    }
    if (page.empty()) return {};
    after = page.back().str();
  }
}

Result<void> list_guns(const Storage& storage, const std::function<bool(const GunLine&)>& each) {
  return for_each_gun(storage,
                      [&](const Gun& gun) -> Result<bool> { return each(BS_TRY(line_of(storage, gun))); });
}

Result<GunReport> report_gun(const Storage& storage, KeyService* keys, const Gun& gun) {
  GunReport report{.line = BS_TRY(line_of(storage, gun)),
                   .state = BS_TRY(storage.state(gun)),
                   .tombstone = BS_TRY(storage.tombstone(gun))};
  const bool marked = report.state.needs_recovery || report.state.reset_allowed;
  if (report.line.versions == 0 && !report.tombstone && !marked) {
    return fail(ErrorCode::not_found, "the store knows nothing of " + escape_untrusted(gun.str()),
                "boltseald gun list shows what there is");
  }
  const auto heads = BS_TRY(storage.heads(gun));
  for (const Form form : {Form::notary, Form::tuf1}) {
    Current current;
    BS_TRY(add_form(current, storage, gun, form));
    for (const RoleExpiry& file : current.roles)
      report.roles.push_back(BS_TRY(role_report(current, keys, gun, file, heads)));
  }
  return report;
}

}  // namespace boltseal::server
