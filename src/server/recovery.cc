#include "server/recovery.h"

#include <map>
#include <set>

#include "base/encoding.h"
#include "base/log.h"
#include "server/stored_chain.h"

namespace boltseal::server {
namespace {

using Tops = std::map<std::pair<Form, RoleName>, Head>;

enum class Finding { as_recorded, online_behind, owner_behind, other_life };

/// Which snapshot is the server's own depends on the stored root; without one it is the owner's.
Result<bool> is_online(const Storage& storage, const OnlineRoles& online, const Gun& gun, Form form,
                       const RoleName& role) {
  if (role == RoleName::timestamp()) return true;
  if (role != RoleName::snapshot()) return false;
  const auto root = stored_root(storage, gun, form);
  if (!root || !*root) return false;
  return online.signing().can_sign(gun, (*root)->body(), RoleName::snapshot());
}

bool is_behind(const std::optional<Head>& top, std::int64_t epoch, const HighWater::Mark& mark) {
  if (epoch != mark.epoch) return epoch < mark.epoch;
  if (!top || top->version < mark.version) return true;
  return top->version == mark.version && top->sha256 != mark.sha256;
}

/// A GUN that was deleted is as recorded when its tombstone remembers the versions.
Result<bool> is_buried(const Storage& storage, const Gun& gun, const Head& head) {
  const auto stone = BS_TRY(storage.tombstone(gun));
  if (!stone) return false;
  const auto version = stone->versions.find({head.form, head.role});
  return version != stone->versions.end() && version->second >= head.version;
}

/// A notary-server on the same database deletes without a tombstone, but not without a trace: in the feed a
/// deletion comes after the very timestamp that was recorded. A backup from before cannot have that.
Result<bool> was_deleted_since(const Storage& storage, const HighWater& record, const Gun& gun,
                               std::int64_t epoch) {
  constexpr std::int64_t kRows = 10'000;  // of one GUN, newest first to be looked for
  const auto mark = record.mark(gun, Form::notary, RoleName::timestamp());
  if (!mark || mark->epoch != epoch) return false;
  const std::string hash = hex_encode(mark->sha256);
  bool seen = false;
  for (const Change& row : BS_TRY(storage.changes(gun, 0, -kRows))) {
    if (row.version == mark->version && row.sha256 == hash) seen = true;
    if (seen && row.category == "deletion") return true;
  }
  return false;
}

Result<Finding> compare(const Storage& storage, const HighWater& record, const OnlineRoles& online,
                        const Gun& gun, const Tops& tops, std::int64_t epoch) {
  Finding finding = Finding::as_recorded;
  for (const auto& [head, mark] : record.of(gun)) {
    const auto top = tops.find({head.form, head.role});
    const auto stored = top == tops.end() ? std::nullopt : std::optional<Head>(top->second);
    if (!BS_TRY(is_below_record(storage, head, mark, stored, epoch, !tops.empty()))) continue;
    if (!tops.empty() && BS_TRY(is_online(storage, online, gun, head.form, head.role))) {
      if (finding == Finding::as_recorded) finding = Finding::online_behind;
    } else {
      finding = Finding::owner_behind;
    }
  }
  const bool behind = finding != Finding::as_recorded;
  return behind && BS_TRY(was_deleted_since(storage, record, gun, epoch)) ? Finding::other_life : finding;
}

/// The life that was recorded is over. What there is now begins a new one; where there is nothing, the next
/// root does, whoever signed it: of the old one nothing is left to compare it with.
Result<void> begin_anew(Storage& storage, HighWater& record, const Gun& gun, const Tops& tops,
                        const GunState& state) {
  log::warning("deleted_by_another_server", {{"gun", Untrusted(gun.str())}, {"begun_anew", !tops.empty()}});
  if (tops.empty()) return storage.allow_reset(gun);
  Batch next{.gun = gun};
  next.reinitialises = true;
  next.state = state;
  BS_TRY(storage.publish(next));
  std::vector<Head> heads;
  for (const auto& [key, head] : tops) heads.push_back(head);
  return record.raise(gun, state.epoch + 1, heads);
}

Tops tops_of(std::vector<Head> heads) {
  Tops tops;
  for (Head& head : heads) {
    const std::pair key{head.form, head.role};
    tops.emplace(key, std::move(head));
  }
  return tops;
}

/// What was found of one GUN, and what it was found in.
struct Judged {
  Finding finding = Finding::as_recorded;
  Tops tops;
  GunState state;
};

Result<Judged> judge(const RecoveryParts& parts, const Gun& gun, Tops tops, const GunState& state) {
  Judged out{.tops = std::move(tops), .state = state};
  out.finding = BS_TRY(compare(parts.storage, parts.record, parts.online, gun, out.tops, out.state.epoch));
  return out;
}

/// Under the lock of the GUN: a publish between the list of all heads and its record looks like a store that
/// is behind.
Result<Judged> judge_again(const RecoveryParts& parts, const Gun& gun) {
  const GunState state = BS_TRY(parts.storage.state(gun));
  return judge(parts, gun, tops_of(BS_TRY(parts.storage.heads(gun))), state);
}

HighWater::Rise rise_of(const Gun& gun, const Judged& judged) {
  HighWater::Rise rise{gun, judged.state.epoch, {}};
  for (const auto& [key, head] : judged.tops) rise.heads.push_back(head);
  return rise;
}

/// What is done under the lock; signing above the record takes it itself.
Result<void> act(const RecoveryParts& parts, const Gun& gun, const Judged& judged, RecoveryReport& report) {
  const Untrusted name(gun.str());
  if (judged.finding == Finding::owner_behind) {
    ++report.read_only;
    log::error("store_is_older_than_the_record", {{"gun", name}, {"action", "read-only until republished"}});
    if (!judged.state.needs_recovery) BS_TRY(parts.storage.set_needs_recovery(gun, true));
    return {};
  }
  if (judged.finding == Finding::other_life)
    return begin_anew(parts.storage, parts.record, gun, judged.tops, judged.state);
  if (judged.state.needs_recovery && !parts.shared) BS_TRY(parts.storage.set_needs_recovery(gun, false));
  return parts.record.raise_all({rise_of(gun, judged)});
}

void sign_above(Renewal& renewal, const Gun& gun, RecoveryReport& report) {
  log::warning("store_is_older_than_the_record",
               {{"gun", Untrusted(gun.str())}, {"action", "signing above the record"}});
  const auto renewed = renewal.renew_now(gun);
  if (!renewed) log::error("cannot_sign_above_the_record", renewed.error());
  if (renewed) ++report.resigned;
}

/// One that is not as it should be, or is marked so.
Result<void> look_at(const RecoveryParts& parts, const Gun& gun, RecoveryReport& report) {
  Judged judged;
  {
    const auto lock = parts.locks.lock(gun);
    judged = BS_TRY(judge_again(parts, gun));
    BS_TRY(act(parts, gun, judged, report));
  }
  if (judged.finding == Finding::online_behind) sign_above(parts.renewal, gun, report);
  return {};
}

/// The states of those GUNs that have one; all others are as GunState's defaults.
Result<std::map<Gun, GunState>> states_of(const Storage& storage) {
  std::map<Gun, GunState> states;
  std::string after;
  while (true) {
    const auto page = BS_TRY(storage.remembered(after, kGunPage));
    for (const Gun& gun : page) states.emplace(gun, BS_TRY(storage.state(gun)));
    if (page.size() < kGunPage) return states;
    after = page.back().str();
  }
}

/// The heads of all GUNs that the store has, and nothing for those that only the record knows.
Result<std::map<Gun, std::vector<Head>>> heads_of(const RecoveryParts& parts) {
  std::map<Gun, std::vector<Head>> stores;
  for (Head& head : BS_TRY(parts.storage.heads(std::nullopt))) {
    const Gun gun = head.gun;
    stores[gun].push_back(std::move(head));
  }
  for (const Gun& gun : parts.record.guns()) stores.try_emplace(gun);
  return stores;
}

}  // namespace

Result<bool> is_below_record(const Storage& storage, const Head& marked, const HighWater::Mark& mark,
                             const std::optional<Head>& top, std::int64_t epoch, bool has_files) {
  if (!is_behind(top, epoch, mark)) return false;
  if (has_files) return true;
  return !BS_TRY(is_buried(storage, marked.gun, marked));
}

Result<RecoveryReport> compare_with_record(const RecoveryParts& parts) {
  constexpr std::size_t kAtOnce = 10'000;
  RecoveryReport report;
  report.first_start = parts.at_start && !parts.record.existed();
  auto stores = BS_TRY(heads_of(parts));
  const auto states = BS_TRY(states_of(parts.storage));
  report.guns = stores.size();
  std::vector<HighWater::Rise> rises;
  for (auto& [gun, heads] : stores) {
    const auto known = states.find(gun);
    const GunState state = known == states.end() ? GunState{} : known->second;
    const Judged judged = BS_TRY(judge(parts, gun, tops_of(std::move(heads)), state));
    if (judged.finding == Finding::as_recorded && !state.needs_recovery) {
      rises.push_back(rise_of(gun, judged));
    } else {
      BS_TRY(look_at(parts, gun, report));
    }
    if (rises.size() < kAtOnce) continue;
    BS_TRY(parts.record.raise_all(rises));
    rises.clear();
  }
  BS_TRY(parts.record.raise_all(rises));
  if (report.first_start && report.guns > 0) {
    log::warning("high_water_record_begins",
                 {{"guns", static_cast<std::int64_t>(report.guns)}, {"taken_from", "the store as it is"}});
  }
  return report;
}

}  // namespace boltseal::server
