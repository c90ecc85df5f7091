#include "policy/verdict.h"

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::policy {
namespace {

// A denial outweighs a doubt: what is known to be wrong stays wrong when more becomes known.
Decision decision_of(ErrorCode code) {
  switch (class_of(code)) {
    case ErrorClass::denied:
    case ErrorClass::not_found:
      return Decision::deny;
    default:
      return Decision::unknown;
  }
}

std::string shown_tag(const TrustEvidence& trust) {
  return trust.target ? escape_untrusted(trust.target->name) : std::string();
}

class Judge {
 public:
  Judge(Evidence evidence, const Policy& policy, Time now)
      : policy_(policy), now_(now), verdict_{.evidence = std::move(evidence)} {}

  Verdict run(bool person_accepted_first_use) {
    const Evidence& evidence = verdict_.evidence;
    if (evidence.trust_error)
      against(evidence.trust_error->code(), evidence.trust_error->what(), evidence.trust_error->hint());
    if (evidence.trust) {
      look_at_target(*evidence.trust);
      look_at_freshness(*evidence.trust);
      look_at_first_use(*evidence.trust, person_accepted_first_use);
    } else if (!evidence.trust_error) {
      against(ErrorCode::internal, "no trust data was looked at");
    }
    return conclude();
  }

 private:
  void against(ErrorCode code, std::string text, std::string hint = {}) {
    verdict_.reasons.push_back({code, std::move(text), std::move(hint)});
  }
  void note(std::string text) { verdict_.notes.push_back(std::move(text)); }

  void look_at_target(const TrustEvidence& trust) {
    if (!trust.target) {
      return against(ErrorCode::target_not_found,
                     verdict_.evidence.reference + " is not signed: the trust data of " + trust.gun.str() +
                         " does not have it",
                     "ask its publisher to sign it, or name a signed tag (boltseal list)");
    }
    if (trust.gun != verdict_.evidence.gun)
      note("verified under the trust data of " + trust.gun.str() + ", as the policy says");
    const SignedTarget& target = *trust.target;
    const auto& asked = verdict_.evidence.asked_digest;
    if (asked && *asked != target.digest) {
      against(ErrorCode::digest_differs,
              "the tag " + shown_tag(trust) + " is signed as " + target.digest.str() +
                  ", not as the digest that was asked for",
              "leave the digest out to get what is signed, or have the wanted image signed");
    }
    look_at_registry(target);
  }

  void look_at_registry(const SignedTarget& target) {
    const RegistryEvidence& registry = verdict_.evidence.registry;
    if (registry.asked == RegistryEvidence::Asked::no) return;
    if (registry.error) {
      return against(
          registry.error->code(),
          "the registry was asked what it serves under the tag: " + registry.error->what(),
          registry.error->hint().empty() ? "--trust-only leaves the registry out" : registry.error->hint());
    }
    if (registry.digest && *registry.digest != target.digest) {
      return against(ErrorCode::digest_differs,
                     "the registry serves " + registry.digest->str() + " under the tag, but " +
                         target.digest.str() + " is what was signed",
                     "the tag was moved without signing; pull the signed digest (boltseal resolve), and find "
                     "out who moved the tag");
    }
    if (!target.media_type.empty() && !registry.media_type.empty() &&
        target.media_type != registry.media_type) {
      against(ErrorCode::media_type_differs,
              "the registry calls the manifest " + escape_untrusted(registry.media_type) +
                  ", but it was signed as " + escape_untrusted(target.media_type));
    }
  }

  const tuf::RoleFacts* facts_of(const TrustEvidence& trust, const RoleName& role) const {
    const auto it = std::find_if(trust.roles.begin(), trust.roles.end(),
                                 [&](const tuf::RoleFacts& f) { return f.role == role; });
    return it == trust.roles.end() ? nullptr : &*it;
  }

  void look_at_freshness(const TrustEvidence& trust) {
    if (!trust.moved_from.empty()) {
      note("the trust data comes from " + trust.transport + ", as the policy says; before it came from " +
           escape_untrusted(trust.moved_from, 4096));
    }
    const Freshness freshness = policy_.freshness();
    if (!trust.online) {
      const std::string text =
          "the trust server did not answer; the newest data in the cache was used: " + trust.offline_reason;
      if (freshness.require_online) {
        against(ErrorCode::not_fresh, text, "try again when the server can be reached");
      } else {
        note(text);
      }
    }
    const tuf::RoleFacts* timestamp = facts_of(trust, RoleName::timestamp());
    if (timestamp == nullptr) return;
    if (timestamp->issued && now_ - *timestamp->issued > freshness.max_age) {
      against(ErrorCode::not_fresh,
              "the timestamp was issued " + describe_duration(now_ - *timestamp->issued) +
                  " ago, the policy allows " + describe_duration(freshness.max_age),
              "the server may be stuck or held back by somebody; ask its operator");
    }
    if (timestamp->expires - now_ > freshness.max_remaining_life) {
      against(ErrorCode::not_fresh,
              "the timestamp is good for another " + describe_duration(timestamp->expires - now_) +
                  ", the policy allows " + describe_duration(freshness.max_remaining_life),
              "a timestamp of so long a life proves no freshness; raise freshness.max_remaining_life if your "
              "server means it so");
    }
  }

  void look_at_first_use(const TrustEvidence& trust, bool person_accepted) {
    if (trust.bare_key_pin) note("the pin names keys alone: it does not say from which root version on");
    if (!trust.first_use) return;
    const std::string text = "this is the first contact with " + trust.gun.str() +
                             ": nothing here says whether its root is the right one";
    if (person_accepted) return note(text + "; accepted by a person");
    if (policy_.allows_first_use(trust.gun)) return note(text + "; the policy allows first use for it");
    against(ErrorCode::first_use, text,
            "compare the root with its owner and run: boltseal pin " + trust.gun.str());
  }

  Verdict conclude() {
    auto& reasons = verdict_.reasons;
    std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
      return decision_of(a.code) == Decision::deny && decision_of(b.code) != Decision::deny;
    });
    verdict_.decision = reasons.empty() ? Decision::allow : decision_of(reasons.front().code);
    return std::move(verdict_);
  }

  const Policy& policy_;
  Time now_;
  Verdict verdict_;
};

}  // namespace

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::allow:
      return "allow";
    case Decision::deny:
      return "deny";
    case Decision::unknown:
      break;
  }
  return "unknown";
}

int Verdict::exit_status() const { return reasons.empty() ? 0 : boltseal::exit_status(reasons.front().code); }

Verdict decide(Evidence evidence, const Policy& policy, Time now, bool person_accepted_first_use) {
  return Judge(std::move(evidence), policy, now).run(person_accepted_first_use);
}

}  // namespace boltseal::policy
