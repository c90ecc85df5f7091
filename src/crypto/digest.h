// Digests: SHA-256 and SHA-512, of whole views and of streams. The algorithms are fetched from OpenSSL once,
// at first use (nothing happens before main). All functions are thread safe and do not fail: where the
// library itself is broken (out of memory, no SHA-2 provider) the program aborts.
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/names.h"

namespace boltseal::crypto {

Sha256 sha256(ByteView bytes);
Sha512 sha512(ByteView bytes);
inline Sha256 sha256(std::string_view text) { return sha256(as_bytes(text)); }
inline Sha512 sha512(std::string_view text) { return sha512(as_bytes(text)); }

/// Digest of content as OCI names it: "sha256:<hex>".
Digest digest_of(std::string_view content);

/// SHA-256 of what arrives in pieces. Movable, not thread safe.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  ~Sha256Stream();

  void update(ByteView bytes);
  void update(std::string_view text) { update(as_bytes(text)); }
  /// The digest of all updates; the stream begins anew afterwards.
  Sha256 finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace boltseal::crypto
