#include "server/storage/read_only.h"

namespace boltseal::server {
namespace {

tl::unexpected<Error> refused() {
  return fail(ErrorCode::policy_denied, "this server only reads the store",
              "publish at the server that it stands beside");
}

class ReadOnlyStorage final : public Storage {
 public:
  explicit ReadOnlyStorage(std::unique_ptr<Storage> below) : below_(std::move(below)) {}

  Result<void> publish(const Batch&) override { return refused(); }
  Result<bool> remove(const Gun&, Time) override { return refused(); }
  Result<void> set_needs_recovery(const Gun&, bool) override { return refused(); }
  Result<void> allow_reset(const Gun&) override { return refused(); }
  Result<std::unique_ptr<StorageFill>> fill() override { return refused(); }

  Result<PruneReport> prune(const PruneRules& rules, bool dry_run) override {
    if (dry_run) return below_->prune(rules, true);
    return refused();
  }

  Found latest(const Gun& gun, Form form, const RoleName& role) const override {
    return below_->latest(gun, form, role);
  }
  Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const override {
    return below_->by_version(gun, form, role, version);
  }
  Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const override {
    return below_->by_hash(gun, form, role, sha256);
  }
  Found current(const Gun& gun, Form form, const RoleName& role) const override {
    return below_->current(gun, form, role);
  }
  Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const override { return below_->heads(gun); }
  Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const override {
    return below_->guns(after, limit);
  }
  Result<std::vector<VersionName>> versions(const Gun& gun) const override { return below_->versions(gun); }
  Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const override {
    return below_->remembered(after, limit);
  }
  Result<std::optional<Tombstone>> tombstone(const Gun& gun) const override { return below_->tombstone(gun); }
  Result<GunState> state(const Gun& gun) const override { return below_->state(gun); }
  Result<std::string> state_tag(const Gun& gun) const override { return below_->state_tag(gun); }
  Result<std::vector<Change>> changes(const std::optional<Gun>& gun, std::int64_t after,
                                      std::int64_t records) const override {
    return below_->changes(gun, after, records);
  }
  Result<void> check() const override { return below_->check(); }

 private:
  std::unique_ptr<Storage> below_;
};

}  // namespace

std::unique_ptr<Storage> make_read_only_storage(std::unique_ptr<Storage> below) {
  return std::make_unique<ReadOnlyStorage>(std::move(below));
}

}  // namespace boltseal::server
