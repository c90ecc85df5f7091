#include "server/storage/memory_storage.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "server/storage/named.h"
#include "server/storage/prune.h"

namespace boltseal::server {
namespace {

using RoleKey = std::pair<Form, RoleName>;
using Versions = std::map<std::int64_t, StoredFile>;
using Roles = std::map<RoleKey, Versions>;

class MemoryStorage final : public Storage {
 public:
  Result<void> publish(const Batch& batch) override;
  Found latest(const Gun& gun, Form form, const RoleName& role) const override;
  Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const override;
  Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const override;
  Found current(const Gun& gun, Form form, const RoleName& role) const override;
  Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const override;
  Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const override;
  Result<std::vector<VersionName>> versions(const Gun& gun) const override;
  Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const override;
  Result<std::unique_ptr<StorageFill>> fill() override;
  Result<bool> remove(const Gun& gun, Time now) override;
  Result<std::optional<Tombstone>> tombstone(const Gun& gun) const override;
  Result<GunState> state(const Gun& gun) const override;
  Result<void> set_needs_recovery(const Gun& gun, bool value) override;
  Result<void> allow_reset(const Gun& gun) override;
  Result<std::vector<Change>> changes(const std::optional<Gun>& gun, std::int64_t after,
                                      std::int64_t records) const override;
  Result<std::string> state_tag(const Gun& gun) const override;
  Result<PruneReport> prune(const PruneRules& rules, bool dry_run) override;
  Result<void> check() const override { return {}; }

 private:
  friend class MemoryFill;
  const Versions* all_of(const Gun& gun, Form form, const RoleName& role) const;
  std::int64_t highest(const Gun& gun, Form form, const RoleName& role) const;
  const StoredFile* newest(const Gun& gun, Form form, const RoleName& role) const;
  const StoredFile* find_hash(const Gun& gun, const RoleName& role,
                              const std::optional<Sha256>& sha256) const;
  const StoredFile* walk_notary(const Gun& gun, const RoleName& role) const;
  const StoredFile* walk_tuf1(const Gun& gun, const RoleName& role) const;
  const StoredFile* walk(const Gun& gun, Form form, const RoleName& role) const {
    return form == Form::notary ? walk_notary(gun, role) : walk_tuf1(gun, role);
  }
  std::int64_t prune_changes(const PruneRules& rules, bool dry_run);
  void record(Change change);
  bool is_empty() const {
    return files_.empty() && tombstones_.empty() && states_.empty() && changes_.empty();
  }

  mutable std::shared_mutex mutex_;
  std::map<Gun, Roles> files_;
  std::map<Gun, Tombstone> tombstones_;
  std::map<Gun, GunState> states_;
  std::vector<Change> changes_;
  std::int64_t last_change_ = 0;
};

std::optional<StoredFile> copy_of(const StoredFile* file) {
  if (file == nullptr) return std::nullopt;
  return *file;
}

const Versions* MemoryStorage::all_of(const Gun& gun, Form form, const RoleName& role) const {
  const auto roles = files_.find(gun);
  if (roles == files_.end()) return nullptr;
  const auto found = roles->second.find({form, role});
  return found == roles->second.end() ? nullptr : &found->second;
}

const StoredFile* MemoryStorage::newest(const Gun& gun, Form form, const RoleName& role) const {
  const Versions* all = all_of(gun, form, role);
  return all == nullptr || all->empty() ? nullptr : &all->rbegin()->second;
}

std::int64_t MemoryStorage::highest(const Gun& gun, Form form, const RoleName& role) const {
  const StoredFile* file = newest(gun, form, role);
  return file == nullptr ? 0 : file->version;
}

void MemoryStorage::record(Change change) {
  change.id = ++last_change_;
  changes_.push_back(std::move(change));
}

Result<void> MemoryStorage::publish(const Batch& batch) {
  std::unique_lock lock(mutex_);
  for (const Basis& basis : batch.basis) {
    if (highest(batch.gun, basis.form, basis.role) != basis.version) {
      return fail(ErrorCode::conflict, fmt::format("{} was changed by another publish", basis.role.str()));
    }
  }
  const auto standing = states_.find(batch.gun);
  if (batch.state && *batch.state != (standing == states_.end() ? GunState{} : standing->second)) {
    return fail(ErrorCode::conflict, "the state of the repository was changed by another process");
  }
  std::map<RoleKey, std::int64_t> top;
  for (const NewFile& file : batch.files) {
    auto [it, fresh] = top.try_emplace({file.form, file.role}, 0);
    if (fresh) it->second = highest(batch.gun, file.form, file.role);
    if (file.version <= it->second) {
      return fail(ErrorCode::conflict, fmt::format("version {} of {} is not above {}", file.version,
                                                   escape_untrusted(file.role.str()), it->second));
    }
    it->second = file.version;
  }
  for (const NewFile& file : batch.files) {
    files_[batch.gun][{file.form, file.role}][file.version] = {file.version, file.bytes, file.sha256,
                                                               batch.time};
    if (file.form == Form::notary && file.role == RoleName::timestamp()) {
      record({0, batch.time, batch.gun.str(), file.version, hex_encode(file.sha256), "update"});
    }
  }
  GunState& state = states_[batch.gun];
  if (batch.reinitialises) {
    ++state.epoch;
    state.reset_allowed = false;
    tombstones_.erase(batch.gun);
  }
  if (batch.needs_recovery) state.needs_recovery = *batch.needs_recovery;
  return {};
}

Storage::Found MemoryStorage::latest(const Gun& gun, Form form, const RoleName& role) const {
  std::shared_lock lock(mutex_);
  return copy_of(newest(gun, form, role));
}

Storage::Found MemoryStorage::by_version(const Gun& gun, Form form, const RoleName& role,
                                         std::int64_t version) const {
  std::shared_lock lock(mutex_);
  const Versions* all = all_of(gun, form, role);
  if (all == nullptr) return std::nullopt;
  const auto found = all->find(version);
  return found == all->end() ? std::optional<StoredFile>() : found->second;
}

Storage::Found MemoryStorage::by_hash(const Gun& gun, Form form, const RoleName& role,
                                      const Sha256& sha256) const {
  std::shared_lock lock(mutex_);
  const Versions* all = all_of(gun, form, role);
  if (all == nullptr) return std::nullopt;
  for (auto it = all->rbegin(); it != all->rend(); ++it) {
    if (it->second.sha256 == sha256) return it->second;
  }
  return std::nullopt;
}

const StoredFile* MemoryStorage::find_hash(const Gun& gun, const RoleName& role,
                                           const std::optional<Sha256>& sha256) const {
  const Versions* all = all_of(gun, Form::notary, role);
  if (all == nullptr || !sha256) return nullptr;
  for (auto it = all->rbegin(); it != all->rend(); ++it) {
    if (it->second.sha256 == *sha256) return &it->second;
  }
  return nullptr;
}

const StoredFile* MemoryStorage::walk_notary(const Gun& gun, const RoleName& role) const {
  const StoredFile* timestamp = newest(gun, Form::notary, RoleName::timestamp());
  if (timestamp == nullptr || role == RoleName::timestamp()) return timestamp;
  const StoredFile* snapshot = find_hash(gun, RoleName::snapshot(), named_hash(timestamp->bytes, "snapshot"));
  if (snapshot == nullptr || role == RoleName::snapshot()) return snapshot;
  return find_hash(gun, role, named_hash(snapshot->bytes, role.str()));
}

const StoredFile* MemoryStorage::walk_tuf1(const Gun& gun, const RoleName& role) const {
  const auto at = [&](const RoleName& name, std::optional<std::int64_t> version) -> const StoredFile* {
    const Versions* all = all_of(gun, Form::tuf1, name);
    if (all == nullptr || !version) return nullptr;
    const auto found = all->find(*version);
    return found == all->end() ? nullptr : &found->second;
  };
  if (role == RoleName::root()) return newest(gun, Form::tuf1, role);
  const StoredFile* timestamp = newest(gun, Form::tuf1, RoleName::timestamp());
  if (timestamp == nullptr || role == RoleName::timestamp()) return timestamp;
  const StoredFile* snapshot = at(RoleName::snapshot(), named_version(timestamp->bytes, "snapshot"));
  if (snapshot == nullptr || role == RoleName::snapshot()) return snapshot;
  return at(role, named_version(snapshot->bytes, role.str()));
}

Storage::Found MemoryStorage::current(const Gun& gun, Form form, const RoleName& role) const {
  std::shared_lock lock(mutex_);
  return copy_of(walk(gun, form, role));
}

Result<std::string> MemoryStorage::state_tag(const Gun& gun) const {
  std::shared_lock lock(mutex_);
  std::string tag;
  for (const Form form : {Form::notary, Form::tuf1}) {
    const StoredFile* file = newest(gun, form, RoleName::timestamp());
    if (file != nullptr) tag += fmt::format("{}:{};", file->version, hex_encode(file->sha256));
  }
  return tag;
}

Result<std::vector<Head>> MemoryStorage::heads(const std::optional<Gun>& gun) const {
  std::shared_lock lock(mutex_);
  std::vector<Head> out;
  for (const auto& [name, roles] : files_) {
    if (gun && name != *gun) continue;
    for (const auto& [key, all] : roles) {
      if (all.empty()) continue;
      const StoredFile& file = all.rbegin()->second;
      out.push_back({name, key.first, key.second, file.version, file.sha256});
    }
  }
  return out;
}

Result<std::vector<Gun>> MemoryStorage::guns(const std::string& after, std::size_t limit) const {
  std::shared_lock lock(mutex_);
  std::vector<Gun> out;
  for (const auto& entry : files_) {
    if (out.size() == limit) break;
    if (entry.first.str() > after) out.push_back(entry.first);
  }
  return out;
}

Result<bool> MemoryStorage::remove(const Gun& gun, Time now) {
  std::unique_lock lock(mutex_);
  const auto found = files_.find(gun);
  if (found == files_.end()) return false;
  Tombstone& stone = tombstones_[gun];
  stone.deleted = now;
  for (const auto& [key, all] : found->second) {
    const StoredFile& file = all.rbegin()->second;
    std::int64_t& version = stone.versions[key];
    version = std::max(version, file.version);
    if (key.second == RoleName::root()) stone.roots[key.first] = file.bytes;
  }
  files_.erase(found);
  record({0, now, gun.str(), 0, "", "deletion"});
  return true;
}

Result<std::optional<Tombstone>> MemoryStorage::tombstone(const Gun& gun) const {
  std::shared_lock lock(mutex_);
  const auto found = tombstones_.find(gun);
  return found == tombstones_.end() ? std::optional<Tombstone>() : found->second;
}

Result<GunState> MemoryStorage::state(const Gun& gun) const {
  std::shared_lock lock(mutex_);
  const auto found = states_.find(gun);
  return found == states_.end() ? GunState{} : found->second;
}

Result<void> MemoryStorage::set_needs_recovery(const Gun& gun, bool value) {
  std::unique_lock lock(mutex_);
  states_[gun].needs_recovery = value;
  return {};
}

Result<void> MemoryStorage::allow_reset(const Gun& gun) {
  std::unique_lock lock(mutex_);
  states_[gun].reset_allowed = true;
  return {};
}

Result<std::vector<Change>> MemoryStorage::changes(const std::optional<Gun>& gun, std::int64_t after,
                                                   std::int64_t records) const {
  std::shared_lock lock(mutex_);
  const bool backwards = records < 0 || after < 0;
  const auto wanted = static_cast<std::size_t>(records < 0 ? -records : records);
  const auto matches = [&](const Change& change) { return !gun || change.gun == gun->str(); };
  std::vector<Change> out;
  if (!backwards) {
    for (const Change& change : changes_) {
      if (out.size() == wanted) break;
      if (change.id > after && matches(change)) out.push_back(change);
    }
    return out;
  }
  for (auto it = changes_.rbegin(); it != changes_.rend() && out.size() < wanted; ++it) {
    if ((after <= 0 || it->id < after) && matches(*it)) out.push_back(*it);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

Result<std::vector<VersionName>> MemoryStorage::versions(const Gun& gun) const {
  std::shared_lock lock(mutex_);
  std::vector<VersionName> out;
  const auto roles = files_.find(gun);
  if (roles == files_.end()) return out;
  for (const auto& [key, all] : roles->second) {
    for (const auto& entry : all) out.push_back({key.first, key.second, entry.first});
  }
  return out;
}

Result<std::vector<Gun>> MemoryStorage::remembered(const std::string& after, std::size_t limit) const {
  std::shared_lock lock(mutex_);
  std::set<Gun> names;
  for (const auto& entry : states_) names.insert(entry.first);
  for (const auto& entry : tombstones_) names.insert(entry.first);
  std::vector<Gun> out;
  for (const Gun& gun : names) {
    if (out.size() == limit) break;
    if (gun.str() > after) out.push_back(gun);
  }
  return out;
}

/// Collects, and gives all to the store at once.
class MemoryFill final : public StorageFill {
 public:
  explicit MemoryFill(MemoryStorage& target) : target_(target) {}

  Result<void> file(const Gun& gun, Form form, const RoleName& role, const StoredFile& file) override {
    return once(new_.files_[gun][{form, role}].emplace(file.version, file).second);
  }
  Result<void> state(const Gun& gun, const GunState& state) override {
    return once(new_.states_.emplace(gun, state).second);
  }
  Result<void> tombstone(const Gun& gun, const Tombstone& stone) override {
    return once(new_.tombstones_.emplace(gun, stone).second);
  }
  Result<void> change(const Change& change) override {
    if (!ids_.insert(change.id).second) return once(false);
    new_.changes_.push_back(change);
    return {};
  }
  Result<void> commit() override {
    std::unique_lock lock(target_.mutex_);
    if (!target_.is_empty()) return fail(ErrorCode::already_exists, "the store was written to meanwhile");
    std::sort(new_.changes_.begin(), new_.changes_.end(),
              [](const Change& a, const Change& b) { return a.id < b.id; });
    target_.files_ = std::move(new_.files_);
    target_.states_ = std::move(new_.states_);
    target_.tombstones_ = std::move(new_.tombstones_);
    target_.changes_ = std::move(new_.changes_);
    if (!target_.changes_.empty()) target_.last_change_ = target_.changes_.back().id;
    return {};
  }

 private:
  static Result<void> once(bool fresh) {
    if (!fresh) return fail(ErrorCode::conflict, "the same thing is given twice");
    return {};
  }
  MemoryStorage& target_;
  MemoryStorage new_;
  std::set<std::int64_t> ids_;
};

Result<std::unique_ptr<StorageFill>> MemoryStorage::fill() {
  std::shared_lock lock(mutex_);
  if (!is_empty()) return fail(ErrorCode::already_exists, "the store is not empty");
  return std::unique_ptr<StorageFill>(std::make_unique<MemoryFill>(*this));
}

std::int64_t MemoryStorage::prune_changes(const PruneRules& rules, bool dry_run) {
  const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(rules.keep_changes, 0));
  const std::size_t old = changes_.size() > keep ? changes_.size() - keep : 0;
  const auto end = changes_.begin() + static_cast<std::ptrdiff_t>(old);
  const auto goes = [&](const Change& change) { return change.created < rules.superseded_before; };
  const auto count = std::count_if(changes_.begin(), end, goes);
  if (!dry_run) changes_.erase(std::remove_if(changes_.begin(), end, goes), end);
  return count;
}

Result<PruneReport> MemoryStorage::prune(const PruneRules& rules, bool dry_run) {
  std::unique_lock lock(mutex_);
  PruneReport report;
  for (auto& [gun, roles] : files_) {
    const Gun& name = gun;
    Roles& all = roles;
    const PruneAccess access{
        [&](Form form) -> Result<std::vector<StoredVersion>> {
          std::vector<StoredVersion> out;
          for (const auto& [key, versions] : all) {
            if (key.first != form) continue;
            for (const auto& [version, file] : versions) {
              out.push_back(
                  {key.second, version, file.created, static_cast<std::int64_t>(file.bytes.size())});
            }
          }
          return out;
        },
        [&](Form form, const RoleName& role) -> Result<std::optional<std::int64_t>> {
          const StoredFile* file = walk(name, form, role);
          return file == nullptr ? std::nullopt : std::optional(file->version);
        },
        [&](Form form, const PruneRange& range) -> Result<void> {
          Versions& versions = all.at({form, range.role});
          versions.erase(versions.lower_bound(range.low), versions.upper_bound(range.high));
          return {};
        }};
    BS_TRY(prune_gun(access, rules, dry_run, report));
  }
  report.changes = prune_changes(rules, dry_run);
  return report;
}

}  // namespace

std::unique_ptr<Storage> make_memory_storage() { return std::make_unique<MemoryStorage>(); }

}  // namespace boltseal::server
