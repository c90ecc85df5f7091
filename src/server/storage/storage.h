// Where the server keeps trust metadata: every version of every role of every GUN, in both forms, with the
// feed of changes, tombstones of deleted GUNs and the marks of recovery.
//
// GUN and role are compared as binary. Implementations are thread safe. Errors: conflict (a version that is
// not above the stored one, or a base that has moved), disk_full, locked, storage_failed, io_error.
// Sources: NOTARY-SERVER.md 2.3, 2.7, 2.8, 5.1; SECURITY rules 2, 12 and 16.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/storage/records.h"

namespace boltseal::server {

/// Fills an empty store, as from a backup: one transaction, nothing stays without commit(). One thread.
/// conflict: something is given twice.
class StorageFill {
 public:
  virtual ~StorageFill() = default;
  virtual Result<void> file(const Gun& gun, Form form, const RoleName& role, const StoredFile& file) = 0;
  virtual Result<void> state(const Gun& gun, const GunState& state) = 0;
  virtual Result<void> tombstone(const Gun& gun, const Tombstone& stone) = 0;
  virtual Result<void> change(const Change& change) = 0;  ///< keeps its id; later ones go on above it
  virtual Result<void> commit() = 0;
};

/// Names to ask for at once where all are wanted: on some databases each page costs a pass over the store.
inline constexpr std::size_t kGunPage = 100'000;

class Storage {
 public:
  virtual ~Storage() = default;

  virtual Result<void> publish(const Batch& batch) = 0;

  /// Reads give nothing where there is no such file.
  using Found = Result<std::optional<StoredFile>>;
  virtual Found latest(const Gun& gun, Form form, const RoleName& role) const = 0;  ///< highest version
  virtual Found by_version(const Gun& gun, Form form, const RoleName& role, std::int64_t version) const = 0;
  virtual Found by_hash(const Gun& gun, Form form, const RoleName& role, const Sha256& sha256) const = 0;
  /// What belongs together now: the newest timestamp, the snapshot that it names, the file that this names
  /// (Notary form by hash, TUF 1.0 by version; its root: the highest version).
  virtual Found current(const Gun& gun, Form form, const RoleName& role) const = 0;
  /// Highest versions, of one GUN or of all, by (gun, form, role).
  virtual Result<std::vector<Head>> heads(const std::optional<Gun>& gun) const = 0;
  /// Names in byte order, after `after`, at most `limit`.
  virtual Result<std::vector<Gun>> guns(const std::string& after, std::size_t limit) const = 0;

  /// All stored versions of a GUN at one moment, by (form, role, version).
  virtual Result<std::vector<VersionName>> versions(const Gun& gun) const = 0;
  /// GUNs with a state of their own or a tombstone, with or without files; as guns().
  virtual Result<std::vector<Gun>> remembered(const std::string& after, std::size_t limit) const = 0;
  /// already_exists: the store holds something.
  virtual Result<std::unique_ptr<StorageFill>> fill() = 0;

  /// Removes all files of exactly this GUN and leaves a tombstone; false: there were none.
  virtual Result<bool> remove(const Gun& gun, Time now) = 0;
  virtual Result<std::optional<Tombstone>> tombstone(const Gun& gun) const = 0;
  virtual Result<GunState> state(const Gun& gun) const = 0;
  virtual Result<void> set_needs_recovery(const Gun& gun, bool value) = 0;
  virtual Result<void> allow_reset(const Gun& gun) = 0;

  /// Up to |records| rows, oldest first. records > 0: those after `after`; records < 0, or `after` < 0: the
  /// last ones before `after` (no bound when it is not positive).
  virtual Result<std::vector<Change>> changes(const std::optional<Gun>& gun, std::int64_t after,
                                              std::int64_t records) const = 0;
  /// Short text that differs after each publish, renewal and deletion of the GUN, by whichever process (it
  /// names the newest timestamp of each form). One indexed query without the files' bytes.
  virtual Result<std::string> state_tag(const Gun& gun) const = 0;
  /// Removes versions that nobody needs any more and old rows of the feed; a dry run only counts them.
  /// What stays: every root, the highest version of each role, what the newest timestamp reaches (`current`
  /// of each role), every version whose successor is younger than the rules say (who has a timestamp from
  /// before still asks for it), rows of the feed that are younger or among the newest. Tombstones are not
  /// touched. Each GUN is a transaction of its own: what was done before a failure stays done.
  virtual Result<PruneReport> prune(const PruneRules& rules, bool dry_run) = 0;
  /// Whether the store can be used: the health check.
  virtual Result<void> check() const = 0;
};

}  // namespace boltseal::server
