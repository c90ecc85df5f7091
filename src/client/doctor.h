// Looks for what is wrong or will soon be: trust directory, keys, caches, policy, and the repositories named.
#pragma once

#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "client/environment.h"
#include "keys/key_store.h"

namespace boltseal::client {

enum class Health : std::uint8_t { good, warning, problem };
std::string_view name_of(Health health);

struct Finding {
  Health health;
  std::string subject;  ///< what was looked at
  std::string text;
  std::string hint;
};

/// Never fails as a whole: what can't be looked at is a finding.
std::vector<Finding> doctor(Environment& environment, keys::KeyStore& keys, const std::vector<Gun>& guns);

}  // namespace boltseal::client
