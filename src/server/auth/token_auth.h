// Docker registry token authentication: is this token good, and what does it allow (NOTARY-SERVER.md 2.9)?
//
// A token is verified once and then known by its SHA-256 for at most five minutes; a change of the key files
// forgets all. The keys are read again when their files change. Thread safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "server/auth/access.h"
#include "server/auth/bounded_cache.h"
#include "server/auth/options.h"
#include "server/auth/token_keys.h"
#include "server/auth/watched_file.h"

namespace boltseal::server {

class TokenAuth {
 public:
  TokenAuth(TokenAuthOptions options, const Clock& clock);

  const TokenAuthOptions& options() const { return options_; }

  /// Reads the key files, whether they changed or not. bad_config, and those of reading a file; then the old
  /// keys go on.
  Result<void> load();
  /// The same if a file has changed; a failure is logged once for each change.
  void look();

  /// From what was verified before; null: not known. Does not block.
  IdentityPtr known(std::string_view token);
  /// Verifies. Computes for up to a millisecond, does no I/O. unauthorized, bad_format, limit_exceeded: the
  /// token is refused, and the message says why without repeating it.
  Result<IdentityPtr> verify(std::string_view token);

 private:
  struct KeySet {
    TokenKeys keys;
    std::uint64_t generation = 0;
  };
  struct Verified {
    IdentityPtr identity;
    Time from, until;
    std::uint64_t generation = 0;
  };
  Result<void> read(bool only_changed);
  Result<void> check_claims(const Jwt& jwt, Time now) const;
  std::shared_ptr<const KeySet> key_set() const;

  TokenAuthOptions options_;
  const Clock& clock_;
  std::mutex reading_;
  std::optional<WatchedFile> bundle_, jwks_;
  std::string bundle_text_, jwks_text_;
  bool pending_ = false;  ///< a text that no key set was made of yet
  mutable std::mutex mutex_;
  std::shared_ptr<const KeySet> keys_;
  std::atomic<std::uint64_t> generation_{0};
  BoundedCache<Verified> verified_;
};

}  // namespace boltseal::server
