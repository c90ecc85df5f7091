#include "daemon/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/untrusted.h"

namespace boltseal::daemon {
namespace {

bool is_notarys(std::string_view name) {
  return name.starts_with("NOTARY_SERVER_") || name.starts_with("NOTARY_SIGNER_");
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

TakenVariables TakenVariables::take_from_process() {
  std::map<std::string, SecretText> values;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    char* equals = std::strchr(*entry, '=');
    if (equals == nullptr) continue;
    const std::string name(*entry, equals);
    if (!is_notarys(name)) continue;
    values.emplace(name, SecretText(equals + 1));
    wipe_memory(equals + 1, std::strlen(equals + 1));
  }
  for (const auto& [name, value] : values) ::unsetenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return TakenVariables(std::move(values));
}

Environment TakenVariables::environment() const {
  return [values = values_](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found != values.end()) return std::string(found->second.reveal());
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets variables
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

std::string passphrase_variable(std::string_view alias) {
  std::string name = "NOTARY_SIGNER_";
  for (const char c : alias) name.push_back(upper(c));
  return name;
}

Result<Secret> TakenVariables::passphrase_of(std::string_view alias) const {
  const std::string variable = passphrase_variable(alias);
  const auto found = values_.find(variable);
  if (found == values_.end() || found->second.empty()) {
    return fail(ErrorCode::no_passphrase, "there is no passphrase for the alias " + escape_untrusted(alias),
                "set the environment variable " + escape_untrusted(variable) + ", as for notary-signer");
  }
  return Secret::of_text(found->second.reveal());
}

}  // namespace boltseal::daemon
