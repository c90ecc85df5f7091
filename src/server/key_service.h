// The snapshot and timestamp keys that the server holds. An interface, so that the same server works with
// its own vault, with keys in memory, and later with a remote signer. Thread safe.
#pragma once

#include <memory>

#include "base/names.h"
#include "base/result.h"
#include "crypto/signer.h"
#include "vault/key_holder.h"

namespace boltseal::server {

class KeyService {
 public:
  virtual ~KeyService() = default;

  /// A key for a role of a GUN that has not signed yet, or a new one: asking again before the first use gives
  /// the same key (as notary-signer with a database).
  virtual Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role) = 0;
  /// Who signs with this public key for the role of the GUN; null where the server holds no such key.
  virtual Result<std::shared_ptr<crypto::Signer>> find(const Gun& gun, const RoleName& role,
                                                       const crypto::PublicKey& key) = 0;
  /// After the GUN was deleted: its keys sign no more.
  virtual Result<void> retire(const Gun& gun) = 0;
  /// Whether keys can be used at all: the health check.
  virtual Result<void> check() const = 0;
  /// Whether `find` without a result says that there is no such key. Not so with a signer, where a key that
  /// does not open looks the same: then no new key takes the place of one that a root names (NOTARY-SERVER.md
  /// 9, bug 18).
  virtual bool absence_is_certain() const { return true; }
};

/// Keys that go with the process: for memory storage and tests.
std::unique_ptr<KeyService> make_memory_keys(crypto::KeyAlgorithm algorithm);
/// Keys of the server's own vault or another place; new keys are made for `algorithm`.
std::unique_ptr<KeyService> make_vault_keys(std::shared_ptr<vault::KeyHolder> holder,
                                            crypto::KeyAlgorithm algorithm);

}  // namespace boltseal::server
