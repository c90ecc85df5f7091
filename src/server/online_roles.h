// The next snapshot and timestamp of a GUN, numbered above all that was ever acknowledged, signed with the
// server's keys, ready to be stored. Used by publish and by renewal. Thread safe (no state of its own).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "server/high_water.h"
#include "server/signing.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// What a timestamp is made over.
struct SnapshotFile {
  std::string bytes;
  std::int64_t version = 0;
};

class OnlineRoles {
 public:
  OnlineRoles(const Storage& storage, const Signing& signing, const HighWater& record)
      : storage_(storage), signing_(signing), record_(record) {}

  const Signing& signing() const { return signing_; }

  /// One above the store, the record and, where the GUN was deleted, its tombstone (SECURITY rules 12, 16).
  Result<std::int64_t> next_version(const Gun& gun, Form form, const RoleName& role,
                                    const std::optional<Tombstone>& stone) const;

  /// `body`: the previous one or a new one, with the entries that it shall have. Errors as Signing's.
  Result<NewFile> snapshot(const Gun& gun, const tuf::Root& root, tuf::Snapshot body, Time now,
                           const std::optional<Tombstone>& stone) const;
  /// `twin`: SHA-256 of the Notary timestamp of the same publish; TUF 1.0 only.
  Result<NewFile> timestamp(const Gun& gun, const tuf::Root& root, const SnapshotFile& snapshot, Time now,
                            const std::optional<Tombstone>& stone,
                            const std::optional<Sha256>& twin = std::nullopt) const;

 private:
  const Storage& storage_;
  const Signing& signing_;
  const HighWater& record_;
};

}  // namespace boltseal::server
