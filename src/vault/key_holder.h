// Who holds the server's snapshot and timestamp keys, whatever the place: sealed rows of ours, the table of a
// notary-signer, a token. Thread safe. Signers stay valid after the holder is gone.
#pragma once

#include <memory>
#include <optional>

#include "base/names.h"
#include "base/result.h"
#include "crypto/signer.h"

namespace boltseal::vault {

struct HeldKey {
  std::optional<Gun> gun;        ///< nothing: the place does not tell (rows of old notary-signers)
  std::optional<RoleName> role;  ///< the same; such a key signs for snapshot and timestamp
  crypto::PublicKeyPtr key;
};

class KeyHolder {
 public:
  virtual ~KeyHolder() = default;

  /// A key of the GUN's snapshot or timestamp role that has not signed yet, or a new one. bad_role: another
  /// role. bad_key: an algorithm that is not generated here, or the unused key does not open (it is never
  /// replaced silently).
  virtual Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role,
                                              crypto::KeyAlgorithm algorithm) = 0;
  /// By canonical key id; nothing where there is no such key, or it signs no more. bad_key, bad_passphrase:
  /// it is there and does not open.
  virtual Result<std::optional<HeldKey>> find(const KeyId& id) const = 0;
  /// Who signs with the key: content that judge_content() lets pass (SECURITY rule 24). key_missing, bad_key,
  /// bad_passphrase; of signing: bad_format, policy_denied, rollback, key_missing, bad_key.
  virtual Result<std::shared_ptr<crypto::Signer>> signer(const KeyId& id) const = 0;
  /// The same for a notary-server, whose versions may fall (its database was restored): where the holder can
  /// tell its clients apart, a version below the last one is signed and logged, not refused.
  virtual Result<std::shared_ptr<crypto::Signer>> signer_for_notary(const KeyId& id) const {
    return signer(id);
  }
  /// The key signs no more; its id is never taken again. false: there was none.
  virtual Result<bool> remove(const KeyId& id) = 0;
  /// After a GUN was deleted: its keys sign no more. How many there were.
  virtual Result<std::int64_t> retire(const Gun& gun) = 0;
  /// The place answers and its keys can be opened: the health check, and what is asked at start.
  virtual Result<void> check() const = 0;
};

/// Who signs with this public key for this role of this GUN; null where the holder has no such key. Errors as
/// find() and signer().
Result<std::shared_ptr<crypto::Signer>> find_signer(const KeyHolder& holder, const Gun& gun,
                                                    const RoleName& role, const crypto::PublicKey& key);

/// bad_role, unless it is snapshot or timestamp: the only roles that a server signs for.
Result<void> require_online_role(const RoleName& role);

}  // namespace boltseal::vault
