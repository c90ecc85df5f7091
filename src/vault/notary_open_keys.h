// Keys of a notary-signer's table, decrypted and checked; the last used of them are kept. For notary_keys.cc
// and notary_rewrap.cc alone.
#pragma once

#include <memory>

#include "crypto/software_key.h"
#include "vault/alias_passphrase.h"
#include "vault/bounded_cache.h"
#include "vault/notary_table.h"

namespace boltseal::vault {

/// What an open key is kept with: it is good for this ciphertext alone.
struct NotaryKey {
  NotaryRow row;
  crypto::SoftwareKeyPtr key;
};
using NotaryKeyPtr = std::shared_ptr<const NotaryKey>;

/// Name of an algorithm in the table: "ecdsa" (P-256), "ed25519"; bad_key for others.
Result<std::string> notary_algorithm(crypto::KeyAlgorithm algorithm);
/// Column `public` of a key.
std::string notary_public_part(const crypto::PublicKey& key);

/// Thread safe. Keys that leave are wiped as soon as no signature is being made with them.
class NotaryOpenKeys {
 public:
  NotaryOpenKeys(AliasPassphrase passphrase, std::size_t capacity)
      : passphrase_(std::move(passphrase)), keys_(capacity) {}

  /// no_passphrase, bad_passphrase: the message names alias and variable. bad_key: the row is damaged, or its
  /// key is not the one of its public part and id. Costs 10 ms or more where the key is not kept.
  Result<NotaryKeyPtr> open(const NotaryRow& row);
  /// The same without looking into the cache or filling it.
  Result<crypto::SoftwareKeyPtr> decrypt(const NotaryRow& row) const;
  /// What is kept of this id, be it up to date or not; null: nothing.
  NotaryKeyPtr kept(const KeyId& id) { return keys_.get(id.str()).value_or(nullptr); }
  void forget(const KeyId& id) { keys_.erase(id.str()); }
  std::size_t size() const { return keys_.size(); }

  /// The passphrase of an alias, of whose keys there may be none yet.
  Result<Secret> passphrase(const std::string& alias) const { return passphrase_(alias); }

 private:
  const AliasPassphrase passphrase_;
  BoundedCache<NotaryKeyPtr> keys_;
};

}  // namespace boltseal::vault
