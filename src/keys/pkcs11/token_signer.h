// Signing with a key of a token. For the .cc files of this folder alone.
#pragma once

#include <memory>
#include <string>

#include "keys/pkcs11/sessions.h"
#include "keys/pkcs11/token.h"

namespace boltseal::keys::pkcs11 {

/// Where the private key was seen; good while Sessions are of that generation.
struct KnownObject {
  ck_object_handle_t object;
  std::uint64_t generation;
};

TokenKeyPtr make_token_signer(std::shared_ptr<Sessions> sessions, crypto::PublicKeyPtr key, Bytes id,
                              std::string label, KnownObject object);

}  // namespace boltseal::keys::pkcs11
