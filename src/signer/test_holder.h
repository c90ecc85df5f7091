// For tests and fuzzing of the door: a holder whose keys lie in memory, with the rules of the vault.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "crypto/software_key.h"
#include "tuf/key.h"
#include "vault/content.h"
#include "vault/key_holder.h"

namespace boltseal::signer::testing {

class MemoryHolder final : public vault::KeyHolder {
 public:
  explicit MemoryHolder(const Clock& clock = system_clock()) : clock_(clock) {}

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role,
                                      crypto::KeyAlgorithm algorithm) override {
    const std::lock_guard lock(mutex_);
    if (role != RoleName::snapshot() && role != RoleName::timestamp())
      return fail(ErrorCode::bad_role, "keys are for snapshot and timestamp only");
    for (const auto& [id, row] : rows_) {
      if (row.gun == gun && row.role == role && !row.used && row.key->public_key()->algorithm() == algorithm)
        return row.key->public_key();
    }
    auto key = BS_TRY(crypto::SoftwareKey::generate(algorithm));
    rows_.emplace(tuf::canonical_key_id(*key->public_key()), Row{gun, role, key});
    ++created;
    return key->public_key();
  }
  Result<std::optional<vault::HeldKey>> find(const KeyId& id) const override {
    const std::lock_guard lock(mutex_);
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.removed) return std::nullopt;
    if (broken) return fail(ErrorCode::bad_passphrase, "the passphrase in /secret/place is wrong");
    return vault::HeldKey{row->second.gun, row->second.role, row->second.key->public_key()};
  }
  Result<std::shared_ptr<crypto::Signer>> signer(const KeyId& id) const override { return make(id, true); }
  Result<std::shared_ptr<crypto::Signer>> signer_for_notary(const KeyId& id) const override {
    return make(id, false);
  }
  Result<bool> remove(const KeyId& id) override {
    const std::lock_guard lock(mutex_);
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.removed) return false;
    row->second.removed = row->second.used = true;
    return true;
  }
  Result<std::int64_t> retire(const Gun& gun) override {
    const std::lock_guard lock(mutex_);
    std::int64_t count = 0;
    for (auto& [id, row] : rows_) {
      if (row.gun != gun || row.removed) continue;
      row.removed = row.used = true;
      ++count;
    }
    return count;
  }
  Result<void> check() const override {
    if (broken) return fail(ErrorCode::bad_passphrase, "the passphrase in /secret/place is wrong");
    return {};
  }

  std::atomic<bool> broken = false;  ///< keys do not open
  std::atomic<int> created = 0;
  std::atomic<int> signatures = 0;

 private:
  struct Row {
    Gun gun;
    RoleName role;
    crypto::SoftwareKeyPtr key;
    bool used = false;
    bool removed = false;
    std::map<tuf::Form, std::int64_t> versions = {};
  };
  class Signer final : public crypto::Signer {
   public:
    Signer(MemoryHolder& holder, Row& row, bool strict) : holder_(holder), row_(row), strict_(strict) {}
    crypto::PublicKeyPtr public_key() const override { return row_.key->public_key(); }
    Result<Bytes> sign(crypto::Scheme scheme, ByteView message) override {
      const std::lock_guard lock(holder_.mutex_);
      const auto content = BS_TRY(vault::judge_content(row_.role, as_text(message), holder_.clock_.now()));
      std::int64_t& last = row_.versions[content.form];
      if (content.version < last && strict_) return fail(ErrorCode::rollback, "a version below the last one");
      last = std::max(last, content.version);
      row_.used = true;
      ++holder_.signatures;
      return row_.key->sign(scheme, message);
    }

   private:
    MemoryHolder& holder_;
    Row& row_;
    const bool strict_;
  };
  Result<std::shared_ptr<crypto::Signer>> make(const KeyId& id, bool strict) const {
    if (!BS_TRY(find(id))) return fail(ErrorCode::key_missing, "no key " + id.short_form());
    const std::lock_guard lock(mutex_);
    return std::make_shared<Signer>(const_cast<MemoryHolder&>(*this), rows_.find(id)->second, strict);
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::map<KeyId, Row> rows_;
};

}  // namespace boltseal::signer::testing
