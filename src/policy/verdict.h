// THE Verdict: evidence + policy -> allow, deny or unknown, with reasons in plain words. Every door and
// command prints this one (HOUSE 3); nothing else decides.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "policy/evidence.h"
#include "policy/policy.h"

namespace boltseal::policy {

enum class Decision : std::uint8_t { allow, deny, unknown };
std::string_view name_of(Decision decision);

/// Why, in the order of weight. The first reason of a verdict that is not allow decides the exit status.
struct Reason {
  ErrorCode code;
  std::string text;  ///< one sentence, lower case, no full stop
  std::string hint;
};

struct Verdict {
  Decision decision = Decision::unknown;
  std::vector<Reason> reasons;     ///< empty for a plain allow
  std::vector<std::string> notes;  ///< what a reader should know although it does not decide
  Evidence evidence;

  int exit_status() const;  ///< 0, or that of the first reason's code
};

/// Pure. `person_accepted_first_use`: somebody at the terminal said yes.
Verdict decide(Evidence evidence, const Policy& policy, Time now, bool person_accepted_first_use);

}  // namespace boltseal::policy
