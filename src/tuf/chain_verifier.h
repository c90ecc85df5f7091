// One step of trust: from a trusted delegator to the file that it names. Checks signatures, and nothing else:
// versions, expiry, hashes and GUN binding are the caller's (tuf/trusted_set.h for clients; the server's
// publish for uploads). It is the only maker of Trusted<T> beside TrustedSet. Errors: threshold_not_met,
// root_not_trusted (no usable root certificate), bad_format (forms differ), bad_role. Pure, thread safe.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "tuf/file.h"
#include "tuf/verify_threshold.h"

namespace boltseal::tuf {

/// Which root keys of a Notary-form root may sign (NOTARY-SERVER.md 2.5, NOTARY-CLIENT.md 8).
struct RootCertificateRules {
  std::string_view gun;            ///< the leaf's common name must be it
  bool allow_wildcard = true;      ///< or end in '*' and be a prefix of it
  bool wildcard_at_slash = false;  ///< the prefix must end at a '/' (SECURITY rule 1)
  std::optional<Time> now;  ///< check the leaf's validity (one day of grace before it begins); empty: don't
};

/// The root role with the keyids that the rules leave. TUF 1.0: all.
RoleKeys usable_root_keys(const Root& root, const RootCertificateRules& rules);

class ChainVerifier {
 public:
  /// A root by its own threshold. First contact: the caller has decided to start here (pin, policy).
  static Result<Trusted<Root>> root_itself(const Unverified<Root>& root, const RootCertificateRules& rules);
  /// A root by the threshold of its predecessor and by its own. Expiry of the predecessor's certificates does
  /// not matter.
  static Result<Trusted<Root>> next_root(const Unverified<Root>& root, const Trusted<Root>& previous,
                                         const RootCertificateRules& rules);
  static Result<Trusted<Targets>> targets(const Unverified<Targets>& file, const Trusted<Root>& root);
  static Result<Trusted<Snapshot>> snapshot(const Unverified<Snapshot>& file, const Trusted<Root>& root);
  static Result<Trusted<Timestamp>> timestamp(const Unverified<Timestamp>& file, const Trusted<Root>& root);
  /// A delegated role by the keys in its parent. bad_role: the parent has no such delegation.
  static Result<Trusted<Targets>> delegated(const Unverified<Targets>& file, const RoleName& role,
                                            const Trusted<Targets>& parent);
};

}  // namespace boltseal::tuf
