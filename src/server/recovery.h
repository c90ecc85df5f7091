// At start: is the store what this server has acknowledged (SECURITY rule 12)?
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "server/gun_locks.h"
#include "server/high_water.h"
#include "server/online_roles.h"
#include "server/renewal.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct RecoveryParts {
  Storage& storage;
  HighWater& record;
  const OnlineRoles& online;
  Renewal& renewal;
  GunLocks& locks;
  bool at_start = true;
  bool shared = false;  ///< other replicas may know more: a mark is lifted by a publish alone
};

struct RecoveryReport {
  bool first_start = false;  ///< there was no record: the store was taken as it is
  std::size_t guns = 0;
  std::size_t resigned =
      0;  ///< only files of the server's own keys were behind: signed again above the record
  std::size_t read_only = 0;  ///< files of owners are behind: marked until republished
};

/// Whether the store has less than the mark: a lower version, another file at the same version, nothing, or
/// an older life of the GUN. `top`: the highest stored version of the role. A deleted GUN (no files at all)
/// whose tombstone remembers the version has not.
Result<bool> is_below_record(const Storage& storage, const Head& marked, const HighWater::Mark& mark,
                             const std::optional<Head>& top, std::int64_t epoch, bool has_files);

/// Compares every GUN; raises the record to what the store has; sets, and lifts, the marks of recovery. Logs
/// each finding.
Result<RecoveryReport> compare_with_record(const RecoveryParts& parts);

}  // namespace boltseal::server
