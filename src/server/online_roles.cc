#include "server/online_roles.h"

#include <algorithm>

#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::server {
namespace {

std::optional<Gun> gun_of(Form form, const Gun& gun) {
  return form == Form::tuf1 ? std::optional<Gun>(gun) : std::nullopt;
}

}  // namespace

Result<std::int64_t> OnlineRoles::next_version(const Gun& gun, Form form, const RoleName& role,
                                               const std::optional<Tombstone>& stone) const {
  std::int64_t top = 0;
  if (const auto stored = BS_TRY(storage_.latest(gun, form, role))) top = stored->version;
  if (const auto mark = record_.mark(gun, form, role)) top = std::max(top, mark->version);
  if (stone) {
    const auto buried = stone->versions.find({form, role});
    if (buried != stone->versions.end()) top = std::max(top, buried->second);
  }
  return top + 1;
}

Result<NewFile> OnlineRoles::snapshot(const Gun& gun, const tuf::Root& root, tuf::Snapshot body, Time now,
                                      const std::optional<Tombstone>& stone) const {
  const Form form = root.form;
  body.version = BS_TRY(next_version(gun, form, RoleName::snapshot(), stone));
  const std::int64_t version = body.version;
  auto file = BS_TRY(signing_.snapshot(gun, root, std::move(body), now));
  return NewFile{form, RoleName::snapshot(), version, std::move(file.bytes), file.sha256};
}

Result<NewFile> OnlineRoles::timestamp(const Gun& gun, const tuf::Root& root, const SnapshotFile& snapshot,
                                       Time now, const std::optional<Tombstone>& stone,
                                       const std::optional<Sha256>& twin) const {
  const Form form = root.form;
  tuf::Timestamp body = tuf::new_timestamp(form, now, gun_of(form, gun));
  if (const auto previous = BS_TRY(storage_.current(gun, form, RoleName::timestamp()))) {
    body = BS_TRY(tuf::parse_timestamp(form, previous->bytes)).body();
  }
  body.version = BS_TRY(next_version(gun, form, RoleName::timestamp(), stone));
  body.twin = twin;
  tuf::set_snapshot_meta(body,
                         tuf::meta_of(form, RoleName::snapshot().str(), snapshot.bytes, snapshot.version));
  const std::int64_t version = body.version;
  auto file = BS_TRY(signing_.timestamp(gun, root, std::move(body), now));
  return NewFile{form, RoleName::timestamp(), version, std::move(file.bytes), file.sha256};
}

}  // namespace boltseal::server
