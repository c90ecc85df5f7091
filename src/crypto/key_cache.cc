#include "crypto/key_cache.h"

#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>

#include "crypto/digest.h"

namespace boltseal::crypto {
namespace {

/// SHA-256 of the encoding, and how it is to be read: the same bytes may be two things.
struct CacheKey {
  Sha256 hash;
  char kind;
  bool operator==(const CacheKey&) const = default;
};
struct CacheKeyHash {
  std::size_t operator()(const CacheKey& key) const {
    std::size_t out;
    std::memcpy(&out, key.hash.data(), sizeof out);  // uniform already
    return out;
  }
};

}  // namespace

struct KeyCache::State {
  using Entry = std::pair<CacheKey, PublicKeyPtr>;
  mutable std::mutex mutex;
  std::size_t capacity;
  std::list<Entry> entries;  ///< most recently used first
  std::unordered_map<CacheKey, std::list<Entry>::iterator, CacheKeyHash> index;

  PublicKeyPtr find(const CacheKey& key) {
    const std::lock_guard lock(mutex);
    const auto found = index.find(key);
    if (found == index.end()) return nullptr;
    entries.splice(entries.begin(), entries, found->second);
    return found->second->second;
  }
  void insert(const CacheKey& key, const PublicKeyPtr& value) {
    const std::lock_guard lock(mutex);
    if (index.contains(key)) return;  // another thread was faster
    entries.emplace_front(key, value);
    index.emplace(key, entries.begin());
    if (entries.size() > capacity) {
      index.erase(entries.back().first);
      entries.pop_back();
    }
  }
};

KeyCache::KeyCache(std::size_t capacity) : state_(std::make_unique<State>()) { state_->capacity = capacity; }
KeyCache::~KeyCache() = default;

template <typename Load>
Result<PublicKeyPtr> KeyCache::get(char kind, ByteView encoding, Load load) {
  const CacheKey key{crypto::sha256(encoding), kind};
  if (PublicKeyPtr hit = state_->find(key)) return hit;
  PublicKeyPtr loaded = BS_TRY(load());  // outside the lock: it may take 100 us
  state_->insert(key, loaded);
  return loaded;
}

Result<PublicKeyPtr> KeyCache::from_spki(ByteView der) {
  return get('s', der, [der] { return PublicKey::from_spki(der); });
}
Result<PublicKeyPtr> KeyCache::from_pem(std::string_view pem) {
  return get('p', as_bytes(pem), [pem] { return PublicKey::from_pem(pem); });
}
Result<PublicKeyPtr> KeyCache::from_ed25519(ByteView raw) {
  return get('e', raw, [raw] { return PublicKey::from_ed25519(raw); });
}

std::size_t KeyCache::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries.size();
}

KeyCache& key_cache() {
  static KeyCache cache(1024);
  return cache;
}

}  // namespace boltseal::crypto
