#include <list>
#include <map>
#include <mutex>
#include <utility>

#include "crypto/software_key.h"
#include "server/key_service.h"

namespace boltseal::server {
namespace {

class MemoryKeys final : public KeyService {
 public:
  explicit MemoryKeys(crypto::KeyAlgorithm algorithm) : algorithm_(algorithm) {}

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role) override {
    std::lock_guard lock(mutex_);
    auto& keys = keys_[{gun, role}];
    for (const Held& held : keys) {
      if (!held.used) return held.key->public_key();
    }
    keys.push_back({.key = BS_TRY(crypto::SoftwareKey::generate(algorithm_))});
    return keys.back().key->public_key();
  }

  Result<std::shared_ptr<crypto::Signer>> find(const Gun& gun, const RoleName& role,
                                               const crypto::PublicKey& key) override {
    std::lock_guard lock(mutex_);
    for (Held& held : keys_[{gun, role}]) {
      if (held.retired || *held.key->public_key() != key) continue;
      return std::shared_ptr<crypto::Signer>(std::make_shared<Marking>(this, &held));
    }
    return std::shared_ptr<crypto::Signer>();
  }

  Result<void> retire(const Gun& gun) override {
    std::lock_guard lock(mutex_);
    for (auto& [name, keys] : keys_) {
      if (name.first != gun) continue;
      for (Held& held : keys) held.retired = held.used = true;
    }
    return {};
  }

  Result<void> check() const override { return {}; }

 private:
  struct Held {
    crypto::SoftwareKeyPtr key;
    bool used = false;
    bool retired = false;
  };
  /// A key counts as used from its first signature on.
  class Marking final : public crypto::Signer {
   public:
    Marking(MemoryKeys* owner, Held* held) : owner_(owner), held_(held), key_(held->key) {}
    crypto::PublicKeyPtr public_key() const override { return key_->public_key(); }
    Result<Bytes> sign(crypto::Scheme scheme, ByteView message) override {
      {
        std::lock_guard lock(owner_->mutex_);
        held_->used = true;
      }
      return key_->sign(scheme, message);
    }

   private:
    MemoryKeys* owner_;
    Held* held_;
    crypto::SoftwareKeyPtr key_;
  };

  crypto::KeyAlgorithm algorithm_;
  std::mutex mutex_;
  std::map<std::pair<Gun, RoleName>, std::list<Held>> keys_;
};

}  // namespace

std::unique_ptr<KeyService> make_memory_keys(crypto::KeyAlgorithm algorithm) {
  return std::make_unique<MemoryKeys>(algorithm);
}

}  // namespace boltseal::server
