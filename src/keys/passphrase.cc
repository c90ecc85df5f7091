#include "keys/passphrase.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "keys/passphrase_sources.h"

namespace boltseal::keys {
namespace {

constexpr std::size_t kShownRole = 64;

tl::unexpected<Error> nobody_knows(const PassphraseRequest& request) {
  const std::string what =
      request.new_key ? fmt::format("there is no passphrase for the new {}", describe(request))
                      : fmt::format("the {} is encrypted and there is no passphrase", describe(request));
  std::string variables;
  for (const std::string& name : variables_of(PassphraseVariables::both, request.role))
    variables += (variables.empty() ? "" : " or ") + name;
  return fail(ErrorCode::no_passphrase, what, "run the command on a terminal, or set " + variables);
}

}  // namespace

std::string describe(const PassphraseRequest& request) {
  std::string out = request.role.empty() ? "" : escape_untrusted(request.role, kShownRole) + " ";
  out += request.key_id || !request.role.empty() ? "key" : "encrypted key";
  return request.key_id ? out + " " + request.key_id->short_form() : out;
}

Result<void> Passphrases::open(PassphraseRequest request, const Attempt& attempt) {
  request.new_key = false;
  if (const auto known = known_.find(request.role); known != known_.end()) {
    Result<void> opened = attempt(known->second);
    if (opened || opened.error().code() != ErrorCode::bad_passphrase) return opened;
  }
  for (const auto& source : sources_) {
    for (request.attempt = 0;; ++request.attempt) {
      std::optional<Passphrase> answer = BS_TRY(source->get(request));
      if (!answer) break;
      Result<void> opened = attempt(answer->text);
      if (opened) {
        known_.insert_or_assign(request.role, std::move(answer->text));
        return {};
      }
      if (opened.error().code() != ErrorCode::bad_passphrase) return opened;
      if (answer->last) {
        return fail(
            ErrorCode::bad_passphrase,
            fmt::format("the passphrase from {} does not open the {}", answer->origin, describe(request)),
            "check the passphrase; the key file was not changed");
      }
    }
  }
  return nobody_knows(request);
}

Result<Secret> Passphrases::choose(PassphraseRequest request, bool reuse) {
  request.new_key = true;
  request.attempt = 0;
  if (const auto known = known_.find(request.role);
      reuse && known != known_.end() && !known->second.empty()) {
    return known->second.clone();
  }
  for (const auto& source : sources_) {
    std::optional<Passphrase> answer = BS_TRY(source->get(request));
    if (!answer) continue;
    if (answer->text.empty()) break;
    known_.insert_or_assign(request.role, answer->text.clone());
    return std::move(answer->text);
  }
  return nobody_knows(request);
}

}  // namespace boltseal::keys
