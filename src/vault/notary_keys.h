// Keys in the table of a notary-signer, as it stands: its keys are signed with here, ours are used by it
// (NOTARY-SERVER.md 5.3, 5.4). PostgreSQL and MySQL.
//
// Keys are encrypted under passphrases that have names (aliases); new ones under the default alias. Decrypted
// keys stay in a bounded cache and are wiped when they leave. Each signature is one statement, which records
// the version (SECURITY rule 24, in a table of ours) and notices keys that another server has deleted or
// encrypted anew. A passphrase that is wrong or missing is an error wherever it shows, and nothing is
// replaced (NOTARY-SERVER.md 9, bug 18).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crypto/jwe.h"
#include "crypto/random.h"
#include "db/pool.h"
#include "vault/alias_passphrase.h"
#include "vault/guarded_signer.h"
#include "vault/key_holder.h"

namespace boltseal::vault {

struct NotaryVaultOptions {
  std::string default_alias;  ///< for new keys
  AliasPassphrase passphrase = passphrase_from_environment;
  LowerVersions lower_versions = LowerVersions::refuse;  ///< of signer(); signer_for_notary() logs
  const Clock* clock = &system_clock();                  ///< outlives the vault and its signers
  crypto::Random* random = &crypto::system_random();     ///< the same; thread safe
  /// Kept decrypted. Opening one costs tens of milliseconds, so as many as are in daily use.
  std::size_t open_keys = 4096;
  std::uint64_t rounds = crypto::kJweIterations;  ///< of what is encrypted here
};

/// What rewrap() did, in keys.
struct RewrapReport {
  std::int64_t already = 0;           ///< stood under the new alias before
  std::int64_t done = 0;              ///< encrypted anew (dry run: would have been)
  std::int64_t changed = 0;           ///< another server changed the row meanwhile: run again
  std::int64_t failed = 0;            ///< did not open
  std::vector<std::string> failures;  ///< the first of these, a sentence each
};

/// Thread safe. All functions also give the errors of db/sql.h.
class NotaryVault final : public KeyHolder {
 public:
  /// Makes the tables that are missing. bad_config: the database is not a signer's; no default alias.
  static Result<std::unique_ptr<NotaryVault>> open(std::shared_ptr<db::Pool> pool,
                                                   NotaryVaultOptions options);
  ~NotaryVault() override;

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role,
                                      crypto::KeyAlgorithm algorithm) override;
  Result<std::optional<HeldKey>> find(const KeyId& id) const override;
  Result<std::shared_ptr<crypto::Signer>> signer(const KeyId& id) const override;
  Result<std::shared_ptr<crypto::Signer>> signer_for_notary(const KeyId& id) const override;
  Result<bool> remove(const KeyId& id) override;
  Result<std::int64_t> retire(const Gun& gun) override;
  /// The first time one key of each alias is decrypted, and the default alias must have a passphrase:
  /// no_passphrase, bad_passphrase, bad_key. Later the database must answer.
  Result<void> check() const override;

  /// Encrypts all keys that stand under other aliases (deleted ones too, lest a passphrase given up still
  /// opens them) under `to_alias`, each in a statement of its own that compares the old ciphertext: it can be
  /// stopped, repeated, and run beside servers. Keys that do not open are counted and left alone.
  /// no_passphrase: of `to_alias`.
  Result<RewrapReport> rewrap(const std::string& to_alias, bool dry_run);

 private:
  struct State;
  explicit NotaryVault(std::shared_ptr<State> state);
  Result<std::shared_ptr<crypto::Signer>> make_signer(const KeyId& id, LowerVersions lower) const;
  std::shared_ptr<State> state_;
};

}  // namespace boltseal::vault
