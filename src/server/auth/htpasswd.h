// htpasswd files with bcrypt entries, as `htpasswd -B` writes them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal::server {

/// Immutable once parsed; thread safe.
class Htpasswd {
 public:
  /// Lines "user:$2y$NN$...", empty ones and those that begin with '#'. bad_config with the number of the
  /// line: another kind of hash, a cost outside 4..15, a user twice or with control characters, no user at
  /// all. limit_exceeded: over 20000 users.
  static Result<Htpasswd> parse(std::string_view text);

  /// Whether this is the user's password. Takes as long for an unknown user as for a known one (with the
  /// largest cost in the file). Blocks the thread for tens of milliseconds. A password with a NUL or over 255
  /// bytes is never right; as bcrypt has it, only its first 72 bytes count.
  bool verify(std::string_view user, std::string_view password) const;
  bool has(std::string_view user) const { return users_.find(user) != users_.end(); }
  std::size_t size() const { return users_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> users_;
  std::string nobody_;  ///< an entry that no password fits
};

}  // namespace boltseal::server
