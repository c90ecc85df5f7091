#include "server/storage/measured_storage.h"

#include <chrono>
#include <string>

namespace boltseal::server {
namespace {

/// Time and failures of one operation.
class Meter {
 public:
  Meter(http::MetricsRegistry& registry, const char* operation)
      : duration_(registry.summary("boltseal_storage_duration_microseconds",
                                   "Time of the storage's operations in microseconds.",
                                   {{"operation", operation}})),
        errors_(registry.counter("boltseal_storage_errors_total", "Operations of the storage that failed.",
                                 {{"operation", operation}})) {}

  template <typename Call>
  auto measure(Call&& call) const {
    const auto start = std::chrono::steady_clock::now();
    auto result = call();
    const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - start;
    duration_.observe(taken.count());
    if (!result && result.error().code() != ErrorCode::conflict) errors_.add();
    return result;
  }

 private:
  http::Distribution& duration_;
  http::Counter& errors_;
};

class MeasuredStorage final : public Storage {
 public:
  MeasuredStorage(std::unique_ptr<Storage> below, http::MetricsRegistry& registry)
      : below_(std::move(below)),
        publish_(registry, "publish"),
        read_(registry, "read"),
        walk_(registry, "walk"),
        remove_(registry, "remove"),
        state_(registry, "state"),
        changes_(registry, "changes"),
        prune_(registry, "prune"),
        check_(registry, "check") {}

  Result<void> publish(const Batch& batch) override {
    return publish_.measure([&] { return below_->publish(batch); });
  }
  Found latest(const Gun& gun, Form form, const RoleName& role) const override {
    return read_.measure([&] { return below_->latest(gun, form, role); });
  }
  Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const override {
    return read_.measure([&] { return below_->by_version(gun, form, role, version); });
  }
  Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const override {
    return read_.measure([&] { return below_->by_hash(gun, form, role, sha256); });
  }
  Found current(const Gun& gun, Form form, const RoleName& role) const override {
    return read_.measure([&] { return below_->current(gun, form, role); });
  }
  Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const override {
    return walk_.measure([&] { return below_->heads(gun); });
  }
  Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const override {
    return walk_.measure([&] { return below_->guns(after, limit); });
  }
  Result<std::vector<VersionName>> versions(const Gun& gun) const override {
    return walk_.measure([&] { return below_->versions(gun); });
  }
  Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const override {
    return walk_.measure([&] { return below_->remembered(after, limit); });
  }
  Result<std::unique_ptr<StorageFill>> fill() override { return below_->fill(); }
  Result<bool> remove(const Gun& gun, Time now) override {
    return remove_.measure([&] { return below_->remove(gun, now); });
  }
  Result<std::optional<Tombstone>> tombstone(const Gun& gun) const override {
    return state_.measure([&] { return below_->tombstone(gun); });
  }
  Result<GunState> state(const Gun& gun) const override {
    return state_.measure([&] { return below_->state(gun); });
  }
  Result<std::string> state_tag(const Gun& gun) const override {
    return state_.measure([&] { return below_->state_tag(gun); });
  }
  Result<void> set_needs_recovery(const Gun& gun, bool value) override {
    return state_.measure([&] { return below_->set_needs_recovery(gun, value); });
  }
  Result<void> allow_reset(const Gun& gun) override {
    return state_.measure([&] { return below_->allow_reset(gun); });
  }
  Result<std::vector<Change>> changes(const std::optional<Gun>& gun, std::int64_t after,
                                      std::int64_t records) const override {
    return changes_.measure([&] { return below_->changes(gun, after, records); });
  }
  Result<PruneReport> prune(const PruneRules& rules, bool dry_run) override {
    return prune_.measure([&] { return below_->prune(rules, dry_run); });
  }
  Result<void> check() const override {
    return check_.measure([&] { return below_->check(); });
  }

 private:
  std::unique_ptr<Storage> below_;
  Meter publish_, read_, walk_, remove_, state_, changes_, prune_, check_;
};

}  // namespace

std::unique_ptr<Storage> make_measured_storage(std::unique_ptr<Storage> below,
                                               http::MetricsRegistry& registry) {
  return std::make_unique<MeasuredStorage>(std::move(below), registry);
}

}  // namespace boltseal::server
