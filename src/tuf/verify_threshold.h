// The one function that decides whether a role's keys signed a file: root, base roles, delegations, both
// forms, client and server (HOUSE rule 4.2).
//
// For each keyid of the role, once: key -> signature -> verify. The threshold counts distinct public keys
// (SHA-256 of the SPKI), so a key under two ids or two certificates counts once (SECURITY rule 7). The scheme
// is bound to the key: TUF 1.0 by its `scheme`, Notary by its type and the signature's `method`.
// Pure, thread safe, no allocation beyond the report.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "tuf/file.h"
#include "tuf/form.h"
#include "tuf/model.h"

namespace boltseal::tuf {

enum class Check : std::uint8_t {
  until_met,  ///< stop when the threshold is reached
  all         ///< look at every signature (inspect)
};

struct ValidSignature {
  std::string keyid;
  Sha256 identity;  ///< of the public key
};

enum class SignatureProblem : std::uint8_t {
  wrong,         ///< does not verify
  undecodable,   ///< `sig` is no hex
  wrong_method,  ///< Notary: the method does not fit the key's type
  unusable_key,  ///< unknown key type or broken key material
  duplicate      ///< same public key or keyid as one that counted already
};
std::string_view describe(SignatureProblem problem);  ///< in plain words

struct InvalidSignature {
  std::string keyid;
  SignatureProblem problem;
};

struct ThresholdReport {
  bool met = false;
  std::int64_t threshold = 0;
  std::int64_t counted = 0;                ///< distinct public keys with a valid signature
  std::vector<ValidSignature> valid;       ///< those that counted
  std::vector<InvalidSignature> invalid;   ///< by keys of the role; as far as looked at
  std::vector<std::string> unknown;        ///< keyids of signatures that are not the role's
  std::vector<std::string> unsigned_keys;  ///< keyids of the role without signature
  std::vector<std::string> absent_keys;    ///< keyids of the role that `keys` does not hold
};

ThresholdReport verify_threshold(Form form, const RoleKeys& role, const KeyMap& keys,
                                 std::string_view signed_bytes, std::span<const Signature> signatures,
                                 Check check = Check::until_met);

/// The same over a file's own bytes and signatures.
template <typename T>
ThresholdReport verify_threshold(const RoleKeys& role, const KeyMap& keys, const detail::File<T>& file,
                                 Check check = Check::until_met) {
  return verify_threshold(file.form(), role, keys, file.signed_bytes(), file.signatures(), check);
}

/// threshold_not_met with what was missing, or nothing. `role` names the role in the message.
Result<void> require_threshold(const ThresholdReport& report, const RoleName& role);

}  // namespace boltseal::tuf
