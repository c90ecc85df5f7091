// Snapshot and timestamp keys on a PKCS#11 token: they are made there and never leave it.
//
// A key's CKA_ID is its key id (32 bytes). GUN and role stand in a KeyTable of its own (rows with an empty
// seal), as do the versions and what was retired: a token has no room for them, its labels are short, and
// replicas share the table. That nobody moves a key to another GUN or role by changing the table, CKA_LABEL
// binds them: "boltseal ROLE HASH", HASH being the first 32 hexadecimal digits of the SHA-256 of the GUN.
// Retired keys stay on the token until its owner deletes them.
#pragma once

#include <memory>

#include "base/clock.h"
#include "keys/pkcs11/token.h"
#include "vault/guarded_signer.h"
#include "vault/key_holder.h"
#include "vault/key_table.h"

namespace boltseal::vault {

struct TokenVaultOptions {
  LowerVersions lower_versions = LowerVersions::refuse;  ///< of signer(); signer_for_notary() logs
  const Clock* clock = &system_clock();                  ///< outlives the vault and its signers
  std::size_t known_keys = 4096;                         ///< whose place on the token is remembered
};

/// Thread safe. All functions also give the errors of the table and of the token.
class TokenVault final : public KeyHolder {
 public:
  /// bad_config: the table belongs to another token (its serial is kept there).
  static Result<std::unique_ptr<TokenVault>> open(std::unique_ptr<KeyTable> table,
                                                  std::shared_ptr<keys::pkcs11::Token> token,
                                                  const TokenVaultOptions& options = {});
  ~TokenVault() override;

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role,
                                      crypto::KeyAlgorithm algorithm) override;
  Result<std::optional<HeldKey>> find(const KeyId& id) const override;
  Result<std::shared_ptr<crypto::Signer>> signer(const KeyId& id) const override;
  Result<std::shared_ptr<crypto::Signer>> signer_for_notary(const KeyId& id) const override;
  Result<bool> remove(const KeyId& id) override;
  Result<std::int64_t> retire(const Gun& gun) override;
  Result<void> check() const override;

 private:
  struct State;
  explicit TokenVault(std::shared_ptr<State> state);
  Result<std::shared_ptr<crypto::Signer>> make_signer(const KeyId& id, LowerVersions lower) const;
  std::shared_ptr<State> state_;
};

/// CKA_LABEL of a key.
std::string token_key_label(const Gun& gun, const RoleName& role);

}  // namespace boltseal::vault
