// Takes signatures back: removes a tag, or all tags, from every role for which a key is held.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "client/environment.h"
#include "client/publish.h"
#include "keys/key_store.h"

namespace boltseal::client {

struct Revoked {
  std::vector<RoleName> roles;          ///< that no longer sign
  std::vector<RoleName> still_signing;  ///< roles without a key here that still do
};

/// `tag` empty: all tags. target_not_found: nothing to remove; key_missing: signed only by roles without a
/// key here.
Result<Revoked> revoke(Environment& environment, keys::KeyStore& keys, const Gun& gun,
                       const std::string& tag);

}  // namespace boltseal::client
