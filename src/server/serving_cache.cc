#include "server/serving_cache.h"

#include <algorithm>
#include <functional>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace boltseal::server {
namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <typename Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

struct Entry {
  std::string gun, file;
  http::ReadyResponsePtr response;
  std::optional<Time> valid_until;
  std::size_t bytes = 0;
  std::atomic<bool> used{false};  // set by readers under the shared lock
};
using Entries = std::list<Entry>;

}  // namespace

/// Entries in order of arrival; the oldest goes first, once more to the end if it was used meanwhile.
struct ServingCache::Shard {
  mutable std::shared_mutex mutex;
  Entries order;
  TextMap<TextMap<Entries::iterator>> guns;
  std::uint64_t generation = 1;  // of all GUNs of the shard: a false alarm only costs one entry
  std::size_t bytes = 0;

  std::size_t erase(Entries::iterator entry) {
    const std::size_t freed = entry->bytes;
    const auto files = guns.find(entry->gun);
    files->second.erase(entry->file);
    if (files->second.empty()) guns.erase(files);
    order.erase(entry);
    bytes -= freed;
    return freed;
  }

  /// Frees until at most `limit` bytes are held.
  std::size_t shrink(std::size_t limit) {
    std::size_t freed = 0;
    while (bytes > limit && !order.empty()) {
      if (order.front().used.exchange(false, std::memory_order_relaxed)) {
        order.splice(order.end(), order, order.begin());
      } else {
        freed += erase(order.begin());
      }
    }
    return freed;
  }
};

ServingCache::ServingCache(std::size_t max_bytes, const Clock& clock) : max_bytes_(max_bytes), clock_(clock) {
  for (auto& shard : shards_) shard = std::make_unique<Shard>();
}

ServingCache::~ServingCache() = default;

ServingCache::Shard& ServingCache::shard(std::string_view gun) const {
  return *shards_[TextHash{}(gun) % kShards];
}

http::ReadyResponsePtr ServingCache::find(std::string_view gun, std::string_view file) const {
  const Shard& place = shard(gun);
  std::shared_lock lock(place.mutex);
  const auto files = place.guns.find(gun);
  if (files == place.guns.end()) return nullptr;
  const auto found = files->second.find(file);
  if (found == files->second.end()) return nullptr;
  Entry& entry = *found->second;
  if (entry.valid_until && clock_.now() >= *entry.valid_until) return nullptr;
  if (!entry.used.load(std::memory_order_relaxed)) entry.used.store(true, std::memory_order_relaxed);
  return entry.response;
}

std::size_t ServingCache::entries() const {
  std::size_t count = 0;
  for (const auto& place : shards_) {
    std::shared_lock lock(place->mutex);
    count += place->order.size();
  }
  return count;
}

std::uint64_t ServingCache::generation(std::string_view gun) const {
  const Shard& place = shard(gun);
  std::shared_lock lock(place.mutex);
  return place.generation;
}

void ServingCache::put(std::string_view gun, std::string_view file, http::ReadyResponsePtr response,
                       std::uint64_t generation, std::optional<Time> valid_until) {
  // The head of an answer and the nodes of the maps take about as much as this.
  constexpr std::size_t kOverhead = 1024;
  const std::size_t size = response->body().size() + gun.size() + file.size() + kOverhead;
  const std::size_t shard_limit =
      max_bytes_ / 4;  // GUNs are few where files are large: a shard may hold more
  if (size > shard_limit) return;
  Shard& place = shard(gun);
  std::unique_lock lock(place.mutex);
  if (place.generation != generation) return;
  auto& files = place.guns[std::string(gun)];
  if (const auto old = files.find(file); old != files.end()) {
    Entry& entry = *old->second;
    place.bytes += size - entry.bytes;
    bytes_ += size - entry.bytes;
    entry.bytes = size;
    entry.response = std::move(response);
    entry.valid_until = valid_until;
  } else {
    Entry& entry = place.order.emplace_back();
    entry.gun = gun;
    entry.file = file;
    entry.response = std::move(response);
    entry.valid_until = valid_until;
    entry.bytes = size;
    files.emplace(std::string(file), std::prev(place.order.end()));
    place.bytes += size;
    bytes_ += size;
  }
  if (place.bytes > shard_limit) bytes_ -= place.shrink(shard_limit);
  lock.unlock();
  make_room();
}

void ServingCache::make_room() {
  for (std::size_t tries = 0; tries < 2 * kShards; ++tries) {
    const std::size_t total = bytes_.load();
    if (total <= max_bytes_) return;
    Shard& place = *shards_[hand_.fetch_add(1, std::memory_order_relaxed) % kShards];
    std::unique_lock lock(place.mutex);
    // A part of what is too much, so that no shard pays for all.
    const std::size_t wanted =
        std::min(place.bytes, std::max<std::size_t>(total - max_bytes_, max_bytes_ / 64));
    bytes_ -= place.shrink(place.bytes - wanted);
  }
}

void ServingCache::drop(std::string_view gun) {
  Shard& place = shard(gun);
  std::unique_lock lock(place.mutex);
  ++place.generation;
  const auto files = place.guns.find(gun);
  if (files == place.guns.end()) return;
  std::size_t freed = 0;
  for (const auto& [file, entry] : files->second) {
    freed += entry->bytes;
    place.order.erase(entry);
  }
  place.guns.erase(files);
  place.bytes -= freed;
  bytes_ -= freed;
}

void ServingCache::drop_all() {
  for (const auto& place : shards_) {
    std::unique_lock lock(place->mutex);
    ++place->generation;
    place->guns.clear();
    place->order.clear();
    bytes_ -= place->bytes;
    place->bytes = 0;
  }
}

}  // namespace boltseal::server
