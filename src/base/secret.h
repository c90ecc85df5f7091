// Secret bytes (passphrases, private keys): locked in memory where the system allows, wiped when freed,
// without operator<<, fmt formatter or conversion to text.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.h"

namespace boltseal {

/// Owns its bytes. Movable, copyable only by clone(). Not thread safe.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size);  ///< zeros
  explicit Secret(ByteView bytes);
  static Secret of_text(std::string_view text) { return Secret(as_bytes(text)); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  Secret clone() const { return Secret(view()); }
  ByteView view() const { return {data_, size_}; }
  std::string_view text() const { return as_text(view()); }
  std::uint8_t* data() { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void shrink(std::size_t size);  ///< wipes the tail; size <= size()

 private:
  void wipe();
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
};

/// Overwrites memory in a way that the compiler keeps.
void wipe_memory(void* data, std::size_t size);
/// Wipes the characters of a string (its whole capacity) and empties it.
void wipe_string(std::string& text);
/// No core dumps, no ptrace by others (prctl). Called first by both programs.
void forbid_core_dumps();

}  // namespace boltseal
