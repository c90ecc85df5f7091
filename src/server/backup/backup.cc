#include "server/backup/backup.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "server/gun_report.h"

namespace boltseal::server {
namespace {

constexpr std::int64_t kPage = 1000;

bool equal(const GunState& a, const GunState& b) {
  return a.epoch == b.epoch && a.needs_recovery == b.needs_recovery && a.reset_allowed == b.reset_allowed;
}

class Dump {
 public:
  Dump(const Storage& storage, const BackupWriter::Sink& sink) : storage_(storage), writer_(sink) {}

  Result<BackupCounts> run(vault::KeyTable* keys, Time now) {
    const auto last = BS_TRY(storage_.changes(std::nullopt, -1, 1));
    BS_TRY(writer_.write(record::Begin{now}));
    BS_TRY(for_each_gun(storage_, [&](const Gun& gun) -> Result<bool> {
      BS_TRY(write_gun(gun));
      return true;
    }));
    BS_TRY(write_changes(last.empty() ? 0 : last.back().id));
    if (keys != nullptr) BS_TRY(write_keys(*keys));
    BS_TRY(writer_.write(record::End{counts_}));
    return counts_;
  }

 private:
  Result<void> write_gun(const Gun& gun) {
    const GunState state = BS_TRY(storage_.state(gun));
    const auto stone = BS_TRY(storage_.tombstone(gun));
    const auto versions = BS_TRY(storage_.versions(gun));
    const bool plain = equal(state, GunState{});
    if (plain && !stone && versions.empty()) return {};  // deleted between two pages, without a trace
    ++counts_.guns;
    BS_TRY(writer_.write(record::OfGun{gun, plain ? std::nullopt : std::optional(state)}));
    if (stone) BS_TRY(write_tombstone(*stone));
    for (const VersionName& name : versions) {
      const auto file = BS_TRY(storage_.by_version(gun, name.form, name.role, name.version));
      if (!file) {
        BS_TRY(check_pruned(gun, stone));
        continue;
      }
      ++counts_.files;
      BS_TRY(writer_.write(record::File{name.form, name.role, *file}));
    }
    return {};
  }

  /// A file that has gone since the list was made was superseded and pruned, unless the GUN was deleted.
  Result<void> check_pruned(const Gun& gun, const std::optional<Tombstone>& before) const {
    const auto stone = BS_TRY(storage_.tombstone(gun));
    const bool same =
        stone.has_value() == before.has_value() && (!stone || stone->deleted == before->deleted);
    if (same && !BS_TRY(storage_.heads(gun)).empty()) return {};
    return fail(ErrorCode::conflict,
                fmt::format("{} was deleted while it was read", escape_untrusted(gun.str())),
                "make the backup once more");
  }

  Result<void> write_tombstone(const Tombstone& stone) {
    ++counts_.tombstones;
    for (const auto& [key, version] : stone.versions) {
      record::Buried buried{stone.deleted, key.first, key.second, version, std::nullopt};
      const auto root = stone.roots.find(key.first);
      if (key.second == RoleName::root() && root != stone.roots.end()) buried.root = root->second;
      BS_TRY(writer_.write(buried));
    }
    return {};
  }

  Result<void> write_changes(std::int64_t last) {
    std::int64_t after = 0;
    while (after < last) {
      const auto page = BS_TRY(storage_.changes(std::nullopt, after, kPage));
      if (page.empty()) return {};
      for (const Change& change : page) {
        after = change.id;
        if (change.id > last) return {};
        ++counts_.changes;
        BS_TRY(writer_.write(change));
      }
    }
    return {};
  }

  Result<void> write_keys(vault::KeyTable& keys) {
    if (const auto check = BS_TRY(keys.check_value())) BS_TRY(writer_.write(record::Vault{*check}));
    std::string after;
    while (true) {
      const auto page = BS_TRY(keys.page(after, kPage));
      for (const vault::KeptKey& key : page) {
        ++counts_.keys;
        BS_TRY(writer_.write(record::Key{key}));
      }
      if (page.size() < static_cast<std::size_t>(kPage)) return {};
      after = page.back().row.id.str();
    }
  }

  const Storage& storage_;
  BackupWriter writer_;
  BackupCounts counts_;
};

/// Takes records into a store that is being filled.
class Load {
 public:
  explicit Load(StorageFill& fill) : fill_(fill) {}

  Result<void> take(BackupRecord& record) {
    if (auto* gun = std::get_if<record::OfGun>(&record)) {
      BS_TRY(end_gun());
      gun_ = gun->gun;
      if (gun->state) return fill_.state(*gun_, *gun->state);
    } else if (auto* buried = std::get_if<record::Buried>(&record)) {
      if (!stone_) stone_.emplace();
      stone_->deleted = buried->deleted;
      stone_->versions[{buried->form, buried->role}] = buried->version;
      if (buried->root) stone_->roots[buried->form] = std::move(*buried->root);
    } else if (auto* file = std::get_if<record::File>(&record)) {
      return fill_.file(*gun_, file->form, file->role, file->file);
    } else if (auto* change = std::get_if<Change>(&record)) {
      BS_TRY(end_gun());
      return fill_.change(*change);
    } else if (auto* vault = std::get_if<record::Vault>(&record)) {
      check_ = vault->check;
    } else if (auto* key = std::get_if<record::Key>(&record)) {
      keys_.push_back(std::move(key->key));
    } else if (std::holds_alternative<record::End>(record)) {
      return end_gun();
    }
    return {};
  }

  const std::vector<vault::KeptKey>& keys() const { return keys_; }
  const std::optional<Bytes>& check() const { return check_; }

 private:
  Result<void> end_gun() {
    const auto stone = std::exchange(stone_, std::nullopt);
    return stone ? fill_.tombstone(*gun_, *stone) : Result<void>();
  }

  StorageFill& fill_;
  std::optional<Gun> gun_;
  std::optional<Tombstone> stone_;
  std::optional<Bytes> check_;
  std::vector<vault::KeptKey> keys_;
};

struct Checked {
  BackupCounts counts;
  Sha256 digest{};
};

template <typename Each>
Result<Checked> read_all(const BackupReader::Source& source, Each each) {
  BackupReader reader(source);
  Checked out;
  while (auto record = BS_TRY(reader.next())) {
    if (const auto* end = std::get_if<record::End>(&*record)) out.counts = end->counts;
    BS_TRY(each(*record));
  }
  out.digest = reader.digest();
  return out;
}

bool equal(const vault::KeyRow& a, const vault::KeyRow& b) {
  return a.gun == b.gun && a.role == b.role && a.spki == b.spki && a.sealed == b.sealed;
}

Result<void> fill_keys(vault::KeyTable& table, const Load& load) {
  const auto filled = table.fill(load.keys(), load.check());
  if (filled || filled.error().code() != ErrorCode::already_exists) return filled;
  const auto check = BS_TRY(table.check_value());
  bool same = check == load.check();
  for (const vault::KeptKey& key : load.keys()) {
    const auto there = BS_TRY(table.find(key.row.id));
    same = same && there && equal(*there, key.row);
  }
  return same ? Result<void>() : filled;
}

}  // namespace

Result<BackupCounts> write_backup(const Storage& storage, vault::KeyTable* keys, Time now,
                                  const BackupWriter::Sink& sink) {
  return Dump(storage, sink).run(keys, now);
}

Result<BackupCounts> check_backup(const BackupReader::Source& source) {
  return BS_TRY(read_all(source, [](BackupRecord&) { return Result<void>(); })).counts;
}

Result<BackupCounts> restore_backup(const OpenBackup& open, Storage& storage, vault::KeyTable* keys) {
  const Checked first = BS_TRY(read_all(BS_TRY(open()), [](BackupRecord&) { return Result<void>(); }));
  const auto fill = BS_TRY(storage.fill());
  Load load(*fill);
  const Checked second =
      BS_TRY(read_all(BS_TRY(open()), [&](BackupRecord& record) { return load.take(record); }));
  if (second.digest != first.digest)
    return fail(ErrorCode::hash_mismatch, "the backup was changed while it was read", "restore a copy of it");
  if (keys != nullptr) BS_TRY(fill_keys(*keys, load));
  BS_TRY(fill->commit());
  return second.counts;
}

}  // namespace boltseal::server
