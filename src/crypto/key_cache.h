// Keys are parsed once per process: a bounded cache of loaded keys, by SHA-256 of what they were loaded from.
#pragma once

#include <memory>

#include "crypto/public_key.h"

namespace boltseal::crypto {

/// Least recently used keys leave first. Failures are not cached. Thread safe.
class KeyCache {
 public:
  explicit KeyCache(std::size_t capacity);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  /// As the factories of PublicKey, with their errors.
  Result<PublicKeyPtr> from_spki(ByteView der);
  Result<PublicKeyPtr> from_pem(std::string_view pem);
  Result<PublicKeyPtr> from_ed25519(ByteView raw);
  std::size_t size() const;

 private:
  struct State;
  template <typename Load>
  Result<PublicKeyPtr> get(char kind, ByteView encoding, Load load);
  std::unique_ptr<State> state_;
};

/// The process's cache (1024 keys), made at first use.
KeyCache& key_cache();

}  // namespace boltseal::crypto
