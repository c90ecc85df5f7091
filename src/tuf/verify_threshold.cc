#include "tuf/verify_threshold.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/untrusted.h"
#include "crypto/verify.h"

namespace boltseal::tuf {

namespace {

/// What is wrong with one signature by one key; nothing when it is good.
std::optional<SignatureProblem> examine(Form form, const Key& key, std::string_view message,
                                        const Signature& signature) {
  if (!key.can_verify()) return SignatureProblem::unusable_key;
  if (!signature.decodable) return SignatureProblem::undecodable;
  std::optional<crypto::Scheme> scheme;
  if (form == Form::notary) {
    scheme = notary_scheme(key, signature.method);
  } else if (const auto schemes = schemes_of(form, key); !schemes.empty()) {
    scheme = schemes.front();
  }
  if (!scheme) return SignatureProblem::wrong_method;
  if (crypto::verify(*key.key, *scheme, message, signature.sig)) return std::nullopt;
  return SignatureProblem::wrong;
}

class Counter {
 public:
  Counter(Form form, std::string_view message, ThresholdReport& report)
      : form_(form), message_(message), report_(report) {}

  void look_at(const Key& key, const Signature& signature) {
    if (key.can_verify() && counted_.contains(key.key->identity())) {
      report_.invalid.push_back({signature.keyid, SignatureProblem::duplicate});
      return;
    }
    if (const auto problem = examine(form_, key, message_, signature)) {
      report_.invalid.push_back({signature.keyid, *problem});
      return;
    }
    counted_.insert(key.key->identity());
    report_.valid.push_back({signature.keyid, key.key->identity()});
    report_.counted = static_cast<std::int64_t>(counted_.size());
    report_.met = report_.threshold >= 1 && report_.counted >= report_.threshold;
  }

 private:
  Form form_;
  std::string_view message_;
  ThresholdReport& report_;
  std::set<Sha256> counted_;
};

std::string count_of(std::int64_t number, std::string_view noun) {
  return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace

std::string_view describe(SignatureProblem problem) {
  switch (problem) {
    case SignatureProblem::wrong:
      return "the signature is wrong";
    case SignatureProblem::undecodable:
      return "the signature is no hex text";
    case SignatureProblem::wrong_method:
      return "the signature's method does not fit the key";
    case SignatureProblem::unusable_key:
      return "the key cannot verify";
    case SignatureProblem::duplicate:
      return "the same key counted already";
  }
  return "";
}

ThresholdReport verify_threshold(Form form, const RoleKeys& role, const KeyMap& keys,
                                 std::string_view signed_bytes, std::span<const Signature> signatures,
                                 Check check) {
  ThresholdReport report;
  report.threshold = role.threshold;
  const std::set<std::string_view> keyids(role.keyids.begin(), role.keyids.end());
  for (const Signature& signature : signatures) {
    if (!keyids.contains(signature.keyid)) report.unknown.push_back(signature.keyid);
  }
  Counter counter(form, signed_bytes, report);
  for (const std::string_view id : keyids) {
    const auto key = keys.find(id);
    if (key == keys.end()) {
      report.absent_keys.emplace_back(id);
      continue;
    }
    bool has_signature = false;
    for (const Signature& signature : signatures) {
      // An empty signature is the place of one to come.
      if (signature.keyid != id || (signature.decodable && signature.sig.empty())) continue;
      has_signature = true;
      if (report.met && check == Check::until_met) break;
      counter.look_at(key->second, signature);
    }
    if (!has_signature) report.unsigned_keys.emplace_back(id);
  }
  return report;
}

Result<void> require_threshold(const ThresholdReport& report, const RoleName& role) {
  if (report.met) return {};
  std::string what = escape_untrusted(role.str()) + " needs signatures of " +
                     count_of(report.threshold, "different key") + ", has " + std::to_string(report.counted);
  std::size_t named = 0;
  for (const InvalidSignature& invalid : report.invalid) {
    if (++named > 4) break;
    what += (named == 1 ? " (" : "; ") + escape_untrusted(invalid.keyid, 16) + ": " +
            std::string(describe(invalid.problem));
  }
  if (named > 0) what += ")";
  return fail(ErrorCode::threshold_not_met, std::move(what));
}

}  // namespace boltseal::tuf
