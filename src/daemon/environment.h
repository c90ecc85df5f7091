// The environment of the process, and what is taken out of it: notary's variables hold passphrases and
// database passwords, which neither children nor /proc/PID/environ shall show.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "daemon/secret_text.h"

namespace boltseal::daemon {

/// Value of an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// Copies share what was taken. Thread safe once made.
class TakenVariables {
 public:
  TakenVariables() = default;
  explicit TakenVariables(std::map<std::string, SecretText> values) : values_(std::move(values)) {}

  /// Every NOTARY_SERVER_* and NOTARY_SIGNER_*: wiped where it stands and unset. Before any thread starts.
  static TakenVariables take_from_process();

  /// What was taken, then what is still in the process's environment.
  Environment environment() const;

  /// NOTARY_SIGNER_<ALIAS in capitals>, as notary-signer looks it up. no_passphrase: not set, or empty.
  Result<Secret> passphrase_of(std::string_view alias) const;

 private:
  std::map<std::string, SecretText> values_;
};

/// The variable that holds an alias's passphrase.
std::string passphrase_variable(std::string_view alias);

}  // namespace boltseal::daemon
