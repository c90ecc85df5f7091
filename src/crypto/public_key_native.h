// What a PublicKey holds of OpenSSL. For crypto/ alone.
#pragma once

#include "crypto/openssl.h"
#include "crypto/public_key.h"

namespace boltseal::crypto {

/// Empty for Ed25519: libsodium takes the 32 bytes.
struct PublicKey::Native {
  explicit Native(PkeyPtr k)
      : pkey(std::move(k)), verify_contexts(pkey.get(), PreparedContexts::Operation::verify) {}
  PkeyPtr pkey;
  PreparedContexts verify_contexts;
};

}  // namespace boltseal::crypto
