// Where private keys are kept: what there is, and a Signer for one of them. Implementations: key files
// (keys/file_key_store.h); tokens and remote signers have the same shape.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "crypto/signer.h"

namespace boltseal::keys {

/// A key as it can be listed without opening it. Role and GUN are text from outside: show them escaped.
struct KeyInfo {
  KeyId id;          ///< canonical: the id of the plain key, whatever certificates it has
  std::string role;  ///< base role, delegation role or any name; may be empty
  std::string gun;   ///< empty for root and delegation keys
  bool encrypted = true;
  std::string location;  ///< where the key lies, for people
};

struct KeyListing {
  std::vector<KeyInfo> keys;    ///< root keys first, then by GUN, role, id
  std::vector<Error> warnings;  ///< things that look like keys and can't be read; left as they are
};

/// Not thread safe (it may ask for a passphrase).
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  /// Never decrypts. io_error, limit_exceeded.
  virtual Result<KeyListing> list() const = 0;
  virtual bool holds(const KeyId& canonical_id) const = 0;
  /// Unlocks the key, once per store and key. key_missing, bad_key, bad_passphrase, no_passphrase,
  /// aborted, io_error.
  virtual Result<std::unique_ptr<crypto::Signer>> signer(const KeyId& canonical_id) = 0;
};

}  // namespace boltseal::keys
