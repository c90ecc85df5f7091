// What was found out about an image, before anything is decided. Plain values; text from outside is escaped
// when it is shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "tuf/form.h"
#include "tuf/trust_facts.h"

namespace boltseal::policy {

/// A target as verified trust data holds it.
struct SignedTarget {
  std::string name;  ///< the tag
  Digest digest;
  std::int64_t length = 0;
  std::string media_type;                ///< as signed; empty: the signer did not say
  RoleName role;                         ///< that provided it
  std::vector<RoleName> also_signed_by;  ///< further roles with the same digest for this name
};

/// What trust data says of one tag.
struct TrustEvidence {
  Gun gun;  ///< whose trust data it is
  tuf::Form form = tuf::Form::notary;
  std::string transport;
  std::string moved_from;              ///< where it came from before, when the policy names another place now
  std::vector<tuf::RoleFacts> roles;   ///< of every file that was verified, root first
  std::optional<SignedTarget> target;  ///< absent: not signed
  bool online = true;                  ///< false: the timestamp came from the cache
  std::string offline_reason;          ///< why, when not online
  bool first_use = false;              ///< trust began with this very run, without a pin
  bool pinned = false;
  bool bare_key_pin = false;
};

/// What the registry serves under the tag, asked side by side with the trust data.
struct RegistryEvidence {
  enum class Asked : std::uint8_t { no, yes } asked = Asked::no;
  std::optional<Digest> digest;
  std::string media_type;
  std::optional<Error> error;  ///< asked, without an answer
};

/// All that is known for one verdict.
struct Evidence {
  std::string reference;  ///< as asked, escaped already
  Gun gun;                ///< of the reference
  std::optional<TrustEvidence> trust;
  std::optional<Error> trust_error;  ///< why there is no trust evidence
  RegistryEvidence registry;
  std::optional<Digest> asked_digest;  ///< the reference named a digest beside the tag
};

}  // namespace boltseal::policy
