// Basic authentication by an htpasswd file (RFC 7617).
//
// bcrypt is slow on purpose: a password that was right is known for a minute by a salted hash, and at most
// two are checked at a time, so that wrong ones can't hold all workers. Thread safe.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/clock.h"
#include "server/auth/access.h"
#include "server/auth/bounded_cache.h"
#include "server/auth/htpasswd.h"
#include "server/auth/options.h"
#include "server/auth/watched_file.h"

namespace boltseal::server {

class BasicAuth {
 public:
  BasicAuth(BasicAuthOptions options, const Clock& clock);

  const BasicAuthOptions& options() const { return options_; }

  /// Reads the file. bad_config, and those of reading a file; then the old content goes on.
  Result<void> load();
  /// The same if it has changed; a failure is logged once for each change.
  void look();

  /// `encoded`: what stands behind "Basic ". Null: not known. Does not block.
  IdentityPtr known(std::string_view encoded);
  /// unauthorized: wrong, unknown, or no base64 of "user:password". too_many_requests: others are being
  /// checked.
  Result<IdentityPtr> verify(std::string_view encoded);

 private:
  struct Users {
    Htpasswd file;
    std::uint64_t generation = 0;
  };
  struct Verified {
    IdentityPtr identity;
    Time from, until;
    std::uint64_t generation = 0;
  };
  Result<void> read();
  std::shared_ptr<const Users> users() const;
  IdentityPtr identity_of(std::string_view user) const;
  Sha256 key_of(std::string_view encoded) const;

  BasicAuthOptions options_;
  const Clock& clock_;
  std::array<std::uint8_t, 32> salt_{};
  std::map<std::string, std::vector<Grant>, std::less<>> scopes_;
  std::mutex reading_;
  WatchedFile file_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Users> users_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<int> running_{0};
  BoundedCache<Verified> verified_;
};

}  // namespace boltseal::server
