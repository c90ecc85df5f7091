// A cache by 32-byte keys whose size has two bounds; old entries leave first, once spared if they were used.
// Keys may be chosen by an attacker: they are hashed with a secret of the process. Thread safe, a short lock.
#pragma once

#include <array>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/names.h"
#include "crypto/random.h"

namespace boltseal::server {

/// Hash of a Sha256 (or anything of its size) with a secret.
class KeyedHash {
 public:
  KeyedHash() {
    crypto::system_random().fill({reinterpret_cast<std::uint8_t*>(secret_.data()), sizeof secret_});
  }
  std::size_t operator()(const Sha256& key) const {
    std::array<std::uint64_t, 4> words{};
    std::memcpy(words.data(), key.data(), sizeof words);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto product = static_cast<Wide>(words[i] ^ secret_[i]) * (secret_[4 + i] | 1u);
      sum = (sum ^ static_cast<std::uint64_t>(product)) + static_cast<std::uint64_t>(product >> 64u);
    }
    return sum;
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::array<std::uint64_t, 8> secret_{};
};

/// `Value` is cheap to copy.
template <typename Value>
class BoundedCache {
 public:
  BoundedCache(std::size_t max_entries, std::size_t max_bytes)
      : max_entries_(max_entries / kShards), max_bytes_(max_bytes / kShards) {}

  std::optional<Value> find(const Sha256& key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(key);
    if (found == shard.index.end()) return std::nullopt;
    found->second->used = true;
    return found->second->value;
  }

  void put(const Sha256& key, Value value, std::size_t bytes) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    Entry& entry = shard.entry(key);
    shard.bytes += bytes - entry.bytes;
    entry.bytes = bytes;
    entry.value = std::move(value);
    entry.used = true;  // it would be the first to leave where all others were used
    shard.shrink(max_entries_, max_bytes_);
  }

  /// What `change(Value&)` returns; a missing value is made first. Under the lock: short.
  template <typename Change>
  auto update(const Sha256& key, Change change) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    Entry& entry = shard.entry(key);
    entry.used = true;
    const auto result = change(entry.value);
    shard.shrink(max_entries_, max_bytes_);
    return result;
  }

  std::size_t size() const {
    std::size_t count = 0;
    for (const Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      count += shard.order.size();
    }
    return count;
  }

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    Sha256 key{};
    Value value{};
    std::size_t bytes = 0;
    bool used = false;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::list<Entry> order;
    std::unordered_map<Sha256, typename std::list<Entry>::iterator, KeyedHash> index;
    std::size_t bytes = 0;

    Entry& entry(const Sha256& key) {
      const auto [place, fresh] = index.try_emplace(key);
      if (fresh) {
        place->second = order.emplace(order.end());
        place->second->key = key;
      }
      return *place->second;
    }
    void shrink(std::size_t max_entries, std::size_t max_bytes) {
      while (order.size() > max_entries || bytes > max_bytes) {
        Entry& oldest = order.front();
        if (oldest.used && order.size() > 1) {
          oldest.used = false;
          order.splice(order.end(), order, order.begin());
          continue;
        }
        bytes -= oldest.bytes;
        index.erase(oldest.key);
        order.pop_front();
        if (order.empty()) return;
      }
    }
  };
  Shard& shard_of(const Sha256& key) { return shards_[hash_(key) % kShards]; }

  KeyedHash hash_;
  std::array<Shard, kShards> shards_;
  std::size_t max_entries_, max_bytes_;
};

}  // namespace boltseal::server
