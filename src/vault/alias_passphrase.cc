#include "vault/alias_passphrase.h"

#include <cstdlib>

#include "base/untrusted.h"

namespace boltseal::vault {

std::string alias_variable(std::string_view alias) {
  std::string out = "NOTARY_SIGNER_";
  for (const char c : alias) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

Result<Secret> passphrase_from_environment(const std::string& alias) {
  const std::string variable = alias_variable(alias);
  const char* value = std::getenv(variable.c_str());
  if (value != nullptr && *value != '\0') return Secret::of_text(value);
  return fail(ErrorCode::no_passphrase,
              "there is no passphrase for the keys of alias \"" + escape_untrusted(alias) + "\"",
              "set the environment variable " + escape_untrusted(variable));
}

}  // namespace boltseal::vault
