// A new root that names other timestamp and snapshot keys of the server, all of them in one signature.
//
// Needed where the keys are gone: the server was lost and its repositories were imported elsewhere (SECURITY
// rule 16). A stock client changes one role at a time, and no server can sign what lies between when it has
// neither key. Only the chain of roots is needed where the server makes the snapshot, so that a timestamp
// that has expired meanwhile is no obstacle; where the snapshot key is ours and stays ours, the next snapshot
// is signed here over what the server shows, verified in full.
//
// Notary form. Clients that know any older root follow; floors of the changed roles end with their keys.
#pragma once

#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "client/environment.h"
#include "keys/key_store.h"

namespace boltseal::client {

struct Rotated {
  Gun gun;
  std::int64_t root_version = 0;
  std::string root_sha256;      ///< lower-case hex
  std::vector<RoleName> roles;  ///< whose keys are the server's new ones now
  bool signed_snapshot = false;
};

/// `roles`: timestamp, snapshot or both. A server named with --server is the new place of the trust data.
/// Ends when the new state was fetched and verified. Errors: usage (other roles, TUF 1.0 form); key_missing,
/// bad_passphrase (root key); update_refused (the server lacks a key that stays named);
/// bad_response (it took the root and shows an older one); those of Session and
/// Transport.
Result<Rotated> rotate_server_keys(Environment& environment, keys::KeyStore& keys, const Gun& gun,
                                   const std::vector<RoleName>& roles);

}  // namespace boltseal::client
