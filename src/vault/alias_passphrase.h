// Passphrases of the aliases under which a notary-signer's keys are encrypted (NOTARY-SERVER.md 4.2).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace boltseal::vault {

/// The passphrase of an alias; no_passphrase where there is none. Thread safe.
using AliasPassphrase = std::function<Result<Secret>(const std::string& alias)>;

/// NOTARY_SIGNER_<ALIAS in upper case>.
std::string alias_variable(std::string_view alias);

/// From that environment variable; no_passphrase, with its name, where it is missing or empty.
Result<Secret> passphrase_from_environment(const std::string& alias);

}  // namespace boltseal::vault
