// A storage that remembers what publishes of this process have read and written, so that one publish after
// the other asks the database for nothing but its transaction.
//
// What is remembered may be old when another process has written. That is noticed by the transaction, since
// a batch names what it was decided on (Batch::basis, Batch::state): then everything of the GUN is forgotten
// and the conflict is told. Who refuses an update must ask forget() first and, if something was remembered,
// decide again on what is read anew. For publishing and renewal alone: readers ask the storage itself.
//
// Thread safe; bounded. Functions that are not remembered go through.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "server/storage/storage.h"

namespace boltseal::server {

class Remembering final : public Storage {
 public:
  /// `below` outlives it. `max_bytes`: of files remembered, over all GUNs.
  explicit Remembering(Storage& below, std::size_t max_bytes = 64u << 20)
      : below_(below), max_bytes_(max_bytes) {}

  /// Whether anything was remembered.
  bool forget(const Gun& gun);
  void forget_all();

  Result<void> publish(const Batch& batch) override;
  Found latest(const Gun& gun, Form form, const RoleName& role) const override;
  Found current(const Gun& gun, Form form, const RoleName& role) const override;
  Result<std::optional<Tombstone>> tombstone(const Gun& gun) const override;
  Result<GunState> state(const Gun& gun) const override;
  Result<bool> remove(const Gun& gun, Time now) override;
  Result<void> set_needs_recovery(const Gun& gun, bool value) override;
  Result<void> allow_reset(const Gun& gun) override;

  Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const override {
    return below_.by_version(gun, form, role, version);
  }
  Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const override {
    return below_.by_hash(gun, form, role, sha256);
  }
  Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const override { return below_.heads(gun); }
  Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const override {
    return below_.guns(after, limit);
  }
  Result<std::vector<VersionName>> versions(const Gun& gun) const override { return below_.versions(gun); }
  Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const override {
    return below_.remembered(after, limit);
  }
  Result<std::unique_ptr<StorageFill>> fill() override { return below_.fill(); }
  Result<std::vector<Change>> changes(const std::optional<Gun>& gun, std::int64_t after,
                                      std::int64_t records) const override {
    return below_.changes(gun, after, records);
  }
  /// What goes is neither the latest nor current.
  Result<PruneReport> prune(const PruneRules& rules, bool dry_run) override {
    return below_.prune(rules, dry_run);
  }
  Result<std::string> state_tag(const Gun& gun) const override { return below_.state_tag(gun); }
  Result<void> check() const override { return below_.check(); }

 private:
  using Files = std::map<std::pair<Form, RoleName>, std::optional<StoredFile>>;
  struct Memory {
    Files latest, current;
    std::optional<GunState> state;
    std::optional<std::optional<Tombstone>> stone;
    std::size_t bytes = 0;
    std::list<Gun>::iterator place;
  };
  Memory& memory(const Gun& gun) const;
  void keep(Memory& memory, Files Memory::* files, Form form, const RoleName& role,
            std::optional<StoredFile> file) const;
  void drop_unnamed(Memory& memory, const NewFile& snapshot) const;
  void take_over(const Batch& batch) const;
  void make_room() const;
  Found recall(Files Memory::* files, const Gun& gun, Form form, const RoleName& role,
               Found (Storage::*ask)(const Gun&, Form, const RoleName&) const) const;

  Storage& below_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  mutable std::map<Gun, Memory> guns_;
  mutable std::list<Gun> order_;  ///< used last in front
  mutable std::size_t bytes_ = 0;
};

}  // namespace boltseal::server
