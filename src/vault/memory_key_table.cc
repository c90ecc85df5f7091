#include <algorithm>
#include <map>
#include <mutex>

#include "vault/key_table.h"

namespace boltseal::vault {
namespace {

class MemoryKeyTable final : public KeyTable {
 public:
  Result<KeyRow> insert_unless_unused(const KeyRow& row) override {
    const std::lock_guard lock(mutex_);
    for (const KeyRow& other : rows_) {
      if (other.gun == row.gun && other.role == row.role && other.algorithm == row.algorithm &&
          !other.last_used && !other.retired)
        return other;
    }
    if (locate(row.id) != nullptr) return fail(ErrorCode::already_exists, "a key of this id exists");
    rows_.push_back(row);
    return row;
  }

  Result<std::optional<KeyRow>> find(const KeyId& id) override {
    const std::lock_guard lock(mutex_);
    const KeyRow* row = locate(id);
    return row != nullptr ? std::optional(*row) : std::nullopt;
  }

  Result<std::vector<KeyRow>> list(const Gun& gun, const RoleName& role) override {
    const std::lock_guard lock(mutex_);
    std::vector<KeyRow> out;
    for (const KeyRow& row : rows_)
      if (row.gun == gun && row.role == role && !row.retired) out.push_back(row);
    return out;
  }

  Result<std::vector<KeptKey>> page(const std::string& after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, KeptKey> sorted;
    for (const KeyRow& row : rows_) {
      if (row.id.str() <= after) continue;
      const auto version = [&](tuf::Form form) {
        const auto found = versions_.find({row.id, form});
        return found == versions_.end() ? std::int64_t{0} : found->second;
      };
      sorted.emplace(row.id.str(), KeptKey{row, version(tuf::Form::notary), version(tuf::Form::tuf1)});
    }
    std::vector<KeptKey> out;
    for (auto& entry : sorted) {
      if (out.size() == limit) break;
      out.push_back(std::move(entry.second));
    }
    return out;
  }

  Result<void> fill(const std::vector<KeptKey>& rows, const std::optional<Bytes>& check) override {
    const std::lock_guard lock(mutex_);
    if (!rows_.empty() || check_value_) return fail(ErrorCode::already_exists, "the key table is not empty");
    for (const KeptKey& kept : rows) {
      rows_.push_back(kept.row);
      versions_[{kept.row.id, tuf::Form::notary}] = kept.notary_version;
      versions_[{kept.row.id, tuf::Form::tuf1}] = kept.tuf1_version;
    }
    check_value_ = check;
    return {};
  }

  Result<bool> empty() override {
    const std::lock_guard lock(mutex_);
    return rows_.empty();
  }

  Result<Use> record_use(const KeyId& id, tuf::Form form, std::int64_t version, Time now) override {
    const std::lock_guard lock(mutex_);
    KeyRow* row = locate(id);
    if (row == nullptr) return Use::missing;
    if (row->retired) return Use::retired;
    std::int64_t& last = versions_[{id, form}];
    if (version < last) return Use::below_last;
    last = version;
    row->last_used = now;
    return Use::allowed;
  }

  Result<std::int64_t> last_version(const KeyId& id, tuf::Form form) override {
    const std::lock_guard lock(mutex_);
    const auto found = versions_.find({id, form});
    return found == versions_.end() ? 0 : found->second;
  }

  Result<bool> retire_key(const KeyId& id, Time now) override {
    const std::lock_guard lock(mutex_);
    KeyRow* row = locate(id);
    if (row == nullptr || row->retired) return false;
    row->retired = now;
    return true;
  }

  Result<std::int64_t> retire(const Gun& gun, Time now) override {
    const std::lock_guard lock(mutex_);
    std::int64_t count = 0;
    for (KeyRow& row : rows_) {
      if (row.gun != gun || row.retired) continue;
      row.retired = now;
      ++count;
    }
    return count;
  }

  Result<std::optional<Bytes>> check_value() override {
    const std::lock_guard lock(mutex_);
    return check_value_;
  }

  Result<void> set_check_value(const Bytes& sealed) override {
    const std::lock_guard lock(mutex_);
    if (check_value_) return fail(ErrorCode::already_exists, "the vault has a check value");
    check_value_ = sealed;
    return {};
  }

 private:
  KeyRow* locate(const KeyId& id) {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const KeyRow& row) { return row.id == id; });
    return found == rows_.end() ? nullptr : &*found;
  }

  std::mutex mutex_;
  std::vector<KeyRow> rows_;  ///< oldest first
  std::map<std::pair<KeyId, tuf::Form>, std::int64_t> versions_;
  std::optional<Bytes> check_value_;
};

}  // namespace

std::unique_ptr<KeyTable> make_memory_key_table() { return std::make_unique<MemoryKeyTable>(); }

}  // namespace boltseal::vault
