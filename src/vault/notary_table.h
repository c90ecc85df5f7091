// The table private_keys of a notary-signer, as SQL (NOTARY-SERVER.md 5.3), and beside it our record of
// versions. For notary_keys.cc and notary_rewrap.cc alone. Thread safe. Errors: those of db/sql.h;
// storage_failed, bad_config as said.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "db/pool.h"
#include "vault/key_table.h"

namespace boltseal::vault {

/// A row as it stands; nothing in it is trusted. Names of keys that predate the columns are empty.
struct NotaryRow {
  std::int64_t number = 0;
  std::string id, algorithm, alias;
  std::string public_part;  ///< bytes: SPKI of an ECDSA key, the 32 of an Ed25519 key
  std::string sealed;       ///< JWE
  std::string gun, role, encryption, key_wrap;
};

class NotaryTable {
 public:
  /// Makes private_keys (as its own migrations would) where the database is empty, and our table where it is
  /// missing. bad_config: a database that holds other things.
  static Result<std::unique_ptr<NotaryTable>> open(std::shared_ptr<db::Pool> pool);

  /// Nothing for a deleted key.
  Result<std::optional<NotaryRow>> find(const KeyId& id);
  /// Oldest first, not deleted, names equal to the byte.
  Result<std::vector<NotaryRow>> unused(const Gun& gun, const RoleName& role, const std::string& algorithm);
  /// Inserts the row, unless unused() has one: then that is the answer. Two servers at once agree.
  /// already_exists: the id is taken.
  Result<NotaryRow> insert_unless_unused(const NotaryRow& row, Time now);

  /// As KeyTable::record_use(), in one statement where the key has signed in this form before (PostgreSQL:
  /// always). Nothing: the key was encrypted anew meanwhile; nothing was written.
  Result<std::optional<Use>> record_use(const NotaryRow& row, tuf::Form form, std::int64_t version, Time now);
  Result<std::int64_t> last_version(const std::string& id, tuf::Form form);

  /// As notary-signer deletes: the row stays. false: there was none.
  Result<bool> remove(const std::string& id, Time now);
  Result<std::int64_t> retire(const Gun& gun, Time now);

  /// One key that is not deleted of each alias, the oldest.
  Result<std::vector<NotaryRow>> one_per_alias();
  /// Up to `most` rows above a number, in order: deleted ones too, those of `alias` not.
  Result<std::vector<NotaryRow>> others_than(const std::string& alias, std::int64_t above, int most);
  Result<std::int64_t> count_of(const std::string& alias);
  /// Puts new ciphertext and alias into a row whose ciphertext is still the one of `old`; false: it is not.
  Result<bool> replace(const NotaryRow& old, const std::string& sealed, const std::string& alias, Time now);
  Result<void> ping();

 private:
  explicit NotaryTable(std::shared_ptr<db::Pool> pool) : pool_(std::move(pool)) {}
  std::shared_ptr<db::Pool> pool_;
};

}  // namespace boltseal::vault
