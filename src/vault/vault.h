// Snapshot and timestamp keys that the server holds, sealed at rest (SECURITY rule 24, NOTARY-SERVER.md 2.6
// and 9, bug 18).
//
// Each key is sealed with AES-256-GCM under the sealing key; GUN, role and key id are the associated data, so
// that a row copied to another GUN does not open. The public key is derived again when a key is opened, and
// compared. Opened keys stay in a bounded cache whose memory is wiped.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/names.h"
#include "base/result.h"
#include "crypto/random.h"
#include "crypto/signer.h"
#include "vault/guarded_signer.h"
#include "vault/key_holder.h"
#include "vault/key_table.h"

namespace boltseal::vault {

struct VaultOptions {
  const Clock* clock = &system_clock();                  ///< outlives the vault and its signers
  crypto::Random* random = &crypto::system_random();     ///< the same; thread safe
  std::size_t open_keys = 256;                           ///< kept opened at once
  LowerVersions lower_versions = LowerVersions::refuse;  ///< of signer(); signer_for_notary() logs
};

/// Thread safe. Signers stay valid after the vault object is gone. All functions also give the errors of the
/// table.
class Vault final : public KeyHolder {
 public:
  /// Reads the sealing key from `keys`, or makes it where both it and all rows are missing. bad_key: the file
  /// is missing, unreadable or not the one that the rows were sealed with; the message names it, and nothing
  /// is replaced.
  static Result<Vault> open(std::unique_ptr<KeyTable> table, const Directory& keys,
                            const VaultOptions& options = {});
  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault() override;

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role,
                                      crypto::KeyAlgorithm algorithm) override;
  /// The public keys of a role that are not retired, oldest first.
  Result<std::vector<crypto::PublicKeyPtr>> keys(const Gun& gun, const RoleName& role) const;
  Result<std::optional<HeldKey>> find(const KeyId& id) const override;
  Result<std::shared_ptr<crypto::Signer>> signer(const KeyId& id) const override;
  Result<std::shared_ptr<crypto::Signer>> signer_for_notary(const KeyId& id) const override;
  Result<bool> remove(const KeyId& id) override;
  Result<std::int64_t> retire(const Gun& gun) override;
  /// The table answers and the sealing key is still the right one.
  Result<void> check() const override;

 private:
  struct State;
  explicit Vault(std::shared_ptr<State> state);
  Result<std::shared_ptr<crypto::Signer>> make_signer(const KeyId& id, LowerVersions lower) const;
  std::shared_ptr<State> state_;
};

// Signers refuse as GuardedSigner says (vault/guarded_signer.h).

}  // namespace boltseal::vault
