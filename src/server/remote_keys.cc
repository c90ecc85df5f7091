#include "server/remote_keys.h"

#include <map>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "crypto/key_cache.h"
#include "tuf/key.h"

namespace boltseal::server {
namespace {

/// Keys that the signer is known to have, by GUN and role, and whether they were made for this GUN: only
/// those may be deleted with it, since a root can name the key of another's. Bounded: one of another GUN
/// makes room. Thread safe.
class KnownKeys {
 public:
  explicit KnownKeys(std::size_t limit) : limit_(limit) {}

  enum class Origin : std::uint8_t { found, made };
  void add(const Gun& gun, const RoleName& role, const KeyId& id, Origin origin) {
    const std::lock_guard lock(mutex_);
    const auto place = keys_.emplace(Name(gun, role, id), origin).first;
    if (origin == Origin::made) place->second = origin;
    if (keys_.size() <= limit_) return;
    // The next in the order of names: no worse than the oldest, as GUNs are used in no order.
    auto victim = std::next(place);
    if (victim == keys_.end()) victim = keys_.begin();
    keys_.erase(victim);
  }
  bool has(const Gun& gun, const RoleName& role, const KeyId& id) const {
    const std::lock_guard lock(mutex_);
    return keys_.contains(Name(gun, role, id));
  }
  void forget(const Gun& gun, const RoleName& role, const KeyId& id) {
    const std::lock_guard lock(mutex_);
    keys_.erase(Name(gun, role, id));
  }
  std::vector<std::pair<RoleName, KeyId>> made_for(const Gun& gun) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<RoleName, KeyId>> out;
    for (const RoleName& role : {RoleName::snapshot(), RoleName::timestamp()}) {
      for (auto it = keys_.lower_bound(Name(gun, role, kLowest)); it != keys_.end(); ++it) {
        if (std::get<0>(it->first) != gun || std::get<1>(it->first) != role) break;
        if (it->second == Origin::made) out.emplace_back(role, std::get<2>(it->first));
      }
    }
    return out;
  }

 private:
  using Name = std::tuple<Gun, RoleName, KeyId>;
  inline static const KeyId kLowest = *KeyId::parse(std::string(64, '0'));
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::map<Name, Origin> keys_;
};

struct Shared {
  Shared(std::unique_ptr<keys::RemoteSigner> s, std::size_t limit) : signer(std::move(s)), known(limit) {}
  std::unique_ptr<keys::RemoteSigner> signer;
  KnownKeys known;
};

class RemoteKey final : public crypto::Signer {
 public:
  RemoteKey(std::shared_ptr<Shared> shared, Gun gun, RoleName role, crypto::PublicKeyPtr key)
      : shared_(std::move(shared)), gun_(std::move(gun)), role_(std::move(role)), key_(std::move(key)) {}

  crypto::PublicKeyPtr public_key() const override { return key_; }
  Result<Bytes> sign(crypto::Scheme scheme, ByteView message) override {
    auto signature = shared_->signer->sign(gun_, *key_, scheme, message);
    if (!signature && signature.error().code() == ErrorCode::key_missing)
      shared_->known.forget(gun_, role_, tuf::canonical_key_id(*key_));
    return signature;
  }

 private:
  std::shared_ptr<Shared> shared_;
  Gun gun_;
  RoleName role_;
  crypto::PublicKeyPtr key_;
};

class RemoteKeys final : public KeyService {
 public:
  RemoteKeys(std::unique_ptr<keys::RemoteSigner> signer, RemoteKeysOptions options)
      : shared_(std::make_shared<Shared>(std::move(signer), options.remembered)),
        algorithm_(options.algorithm) {}

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role) override {
    auto key = BS_TRY(shared_->signer->create(gun, role, algorithm_));
    shared_->known.add(gun, role, tuf::canonical_key_id(*key), KnownKeys::Origin::made);
    return key;
  }

  Result<std::shared_ptr<crypto::Signer>> find(const Gun& gun, const RoleName& role,
                                               const crypto::PublicKey& key) override {
    const KeyId id = tuf::canonical_key_id(key);
    if (!shared_->known.has(gun, role, id)) {
      const auto held = BS_TRY(shared_->signer->info(gun, id));
      if (!held || *held->key != key) return nullptr;
      if (!held->role.empty() && held->role != role.str()) return nullptr;
      shared_->known.add(gun, role, id, KnownKeys::Origin::found);
    }
    auto own = BS_TRY(crypto::key_cache().from_spki(key.spki()));
    return std::make_shared<RemoteKey>(shared_, gun, role, std::move(own));
  }

  Result<void> retire(const Gun& gun) override {
    for (const auto& [role, id] : shared_->known.made_for(gun)) {
      BS_TRY(shared_->signer->remove(gun, id));
      shared_->known.forget(gun, role, id);
    }
    return {};
  }

  Result<void> check() const override { return shared_->signer->check(); }
  bool absence_is_certain() const override { return false; }

 private:
  std::shared_ptr<Shared> shared_;
  crypto::KeyAlgorithm algorithm_;
};

}  // namespace

std::unique_ptr<KeyService> make_remote_keys(std::unique_ptr<keys::RemoteSigner> signer,
                                             RemoteKeysOptions options) {
  return std::make_unique<RemoteKeys>(std::move(signer), options);
}

}  // namespace boltseal::server
