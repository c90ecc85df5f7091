// What a server-held key may sign: the signer is no oracle (SECURITY rule 24).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "tuf/form.h"

namespace boltseal::vault {

/// Three years (of 365 days, as notary-server counts) and a day.
inline constexpr Duration kMaxLifetime = (3 * 365 + 1) * kDay;

struct Content {
  tuf::Form form;
  std::int64_t version;
};

/// Judges the canonical `signed` object that a key of `role` (snapshot or timestamp; nothing: either) is
/// asked to sign. It must parse strictly in one of the two forms, be canonical to the byte, be of the role's
/// `_type`, and expire at most kMaxLifetime from `now`. bad_format; policy_denied for the expiry;
/// limit_exceeded.
Result<Content> judge_content(const std::optional<RoleName>& role, std::string_view message, Time now);

}  // namespace boltseal::vault
