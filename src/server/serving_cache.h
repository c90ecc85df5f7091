// Ready answers of metadata GETs, keyed by GUN and file (role with hash, with version, or current), so that
// the hot path parses, asks and signs nothing. Bounded; entries of a GUN go together when it changes.
//
// A reader that fills the cache while a publish commits must not bring old content back: it takes the
// generation of the GUN before it reads the store, and its entry is dropped if a publish came between.
// Thread safe; find() may run on loop threads (a short shared lock, no I/O).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "http/server/response.h"

namespace boltseal::server {

class ServingCache {
 public:
  /// `max_bytes`: of bodies and keys, over all entries; 0 switches the cache off.
  ServingCache(std::size_t max_bytes, const Clock& clock);
  ~ServingCache();
  ServingCache(const ServingCache&) = delete;
  ServingCache& operator=(const ServingCache&) = delete;

  /// `file` is what stands behind "/_trust/" in the path. Null: not there, or no longer valid.
  http::ReadyResponsePtr find(std::string_view gun, std::string_view file) const;

  std::uint64_t generation(std::string_view gun) const;
  /// Keeps the answer unless the GUN has changed since `generation`. `valid_until`: when it must be asked
  /// anew.
  void put(std::string_view gun, std::string_view file, http::ReadyResponsePtr response,
           std::uint64_t generation, std::optional<Time> valid_until = std::nullopt);
  /// The GUN has changed (call after the commit, before the answer).
  void drop(std::string_view gun);
  /// Any GUN may have changed.
  void drop_all();

  std::size_t entries() const;
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Shard;
  static constexpr std::size_t kShards = 16;
  Shard& shard(std::string_view gun) const;
  void make_room();
  std::array<std::unique_ptr<Shard>, kShards> shards_;
  std::size_t max_bytes_;
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::size_t> hand_{0};  // where make_room() goes on
  const Clock& clock_;
};

}  // namespace boltseal::server
