// The keys of a trust server that a signer holds (keys/remote).
//
// One round trip for a signature: that the signer has a key, and that its public part matches, is asked once
// and remembered (public facts only, bounded); a signer that has lost it since says so when it is to sign,
// and is asked again the next time. The protocol can neither list keys nor tell a key that is not there from
// one that does not open, so `absence_is_certain` is false, and `retire` deletes the keys that this
// process has made for the GUN: others stay at the signer, unused.
#pragma once

#include <cstddef>
#include <memory>

#include "keys/remote/remote_signer.h"
#include "server/key_service.h"

namespace boltseal::server {

struct RemoteKeysOptions {
  crypto::KeyAlgorithm algorithm = crypto::KeyAlgorithm::ecdsa_p256;  ///< of new keys
  std::size_t remembered = 20'000;                                    ///< keys, two a GUN
};

std::unique_ptr<KeyService> make_remote_keys(std::unique_ptr<keys::RemoteSigner> signer,
                                             RemoteKeysOptions options = {});

}  // namespace boltseal::server
