// Where the vault keeps its rows: server-held keys, sealed. A table of ours, apart from notary's tables.
// Nothing in a row is secret without the sealing key; nothing in it is trusted: the vault checks what it
// opens. Implementations are thread safe. Errors: storage_failed, disk_full, locked, io_error,
// already_exists.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "db/pool.h"
#include "tuf/form.h"

namespace boltseal::vault {

struct KeyRow {
  Gun gun;
  RoleName role;
  KeyId id;               ///< canonical id: that of the plain key in Notary form
  std::string algorithm;  ///< crypto::name_of(KeyAlgorithm)
  Bytes spki;             ///< public key, DER
  Bytes sealed;           ///< PKCS#8, sealed (crypto/seal.h)
  Time created{};
  std::optional<Time> last_used;  ///< nothing: has not signed yet; set: the key is active
  std::optional<Time> retired;    ///< signs no more; the row stays, so that its id is never taken again
};

/// What record_use() found.
enum class Use : std::uint8_t {
  allowed,
  below_last,  ///< nothing was written
  retired,
  missing
};

/// A row as a backup holds it, with the highest versions that the key signed.
struct KeptKey {
  KeyRow row;
  std::int64_t notary_version = 0;
  std::int64_t tuf1_version = 0;
};

class KeyTable {
 public:
  virtual ~KeyTable() = default;

  /// Inserts the row, unless there is a key of the same GUN, role and algorithm that has never signed and is
  /// not retired: then that row is the answer. One transaction. already_exists: the id is taken.
  virtual Result<KeyRow> insert_unless_unused(const KeyRow& row) = 0;
  virtual Result<std::optional<KeyRow>> find(const KeyId& id) = 0;
  /// All keys of a role that are not retired, oldest first.
  virtual Result<std::vector<KeyRow>> list(const Gun& gun, const RoleName& role) = 0;
  /// Whether there is no row at all.
  virtual Result<bool> empty() = 0;

  /// Records, in one transaction and durably, that the key signs `version` in `form` now: last_used, and the
  /// highest version of (key, form). An equal version is allowed again (SECURITY rule 24).
  virtual Result<Use> record_use(const KeyId& id, tuf::Form form, std::int64_t version, Time now) = 0;
  /// Highest version recorded; 0: none.
  virtual Result<std::int64_t> last_version(const KeyId& id, tuf::Form form) = 0;
  /// Retires one key; false: there is none that is not retired.
  virtual Result<bool> retire_key(const KeyId& id, Time now) = 0;
  /// Retires all keys of a GUN; how many.
  virtual Result<std::int64_t> retire(const Gun& gun, Time now) = 0;

  /// The value by which a wrong sealing key is noticed.
  virtual Result<std::optional<Bytes>> check_value() = 0;
  virtual Result<void> set_check_value(const Bytes& sealed) = 0;  ///< already_exists: there is one

  /// For backups. Rows by key id, after `after`, at most `limit`.
  virtual Result<std::vector<KeptKey>> page(const std::string& after, std::size_t limit) = 0;
  /// Puts rows and check value into an empty table, in one transaction. already_exists: it holds something.
  virtual Result<void> fill(const std::vector<KeptKey>& rows, const std::optional<Bytes>& check) = 0;
};

/// For tests and servers without a disk.
std::unique_ptr<KeyTable> make_memory_key_table();
/// A SQLite file of its own (made with mode 0600). storage_failed: a schema of a newer program.
Result<std::unique_ptr<KeyTable>> make_sqlite_key_table(const std::string& path);
/// Tables in a PostgreSQL or MySQL database, made where they are missing; replicas share them. The sealing
/// key stays a file of each replica's machine, and must be the same on all.
Result<std::unique_ptr<KeyTable>> make_sql_key_table(std::shared_ptr<db::Pool> pool);

}  // namespace boltseal::vault
