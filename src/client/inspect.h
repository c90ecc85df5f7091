// What trust data says about a repository: tags with their signers, roles with keys and expiry. Shown only
// after it verified like everything else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/environment.h"
#include "client/session.h"

namespace boltseal::client {

/// Text members come from outside.
struct InspectedTag {
  std::string name;
  std::optional<Digest> digest;  ///< what a look-up yields; absent: no role that Docker asks has it
  std::int64_t length = 0;
  std::vector<RoleName> signers;
};

struct InspectedRole {
  std::string name;
  std::int64_t threshold = 1;
  std::vector<std::string> keyids;      ///< as listed in the metadata
  std::vector<std::string> paths;       ///< delegations
  std::optional<std::int64_t> version;  ///< absent: never signed, or could not be had
  std::optional<Time> expires;
};

struct Inspection {
  Gun gun;
  std::string transport;
  tuf::Form form = tuf::Form::notary;
  std::vector<InspectedTag> tags;     ///< sorted by name
  std::vector<InspectedRole> roles;   ///< root, targets, snapshot, timestamp, delegations in file order
  std::vector<std::string> warnings;  ///< roles left out, keys that serve two roles, expiry within 30 days
  std::string root_sha256;
  bool online = true;
  bool first_use = false;
};

/// `tag` empty: all. Errors of Session; first_use.
Result<Inspection> inspect(Environment& environment, const Gun& gun, const std::string& tag);

}  // namespace boltseal::client
