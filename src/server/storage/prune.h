// Which stored versions may go, the same for every storage (the rules: Storage::prune).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "server/storage/records.h"

namespace boltseal::server {

struct StoredVersion {
  RoleName role;
  std::int64_t version = 0;
  Time created{};
  std::int64_t bytes = 0;
};

/// Versions of one role that lie side by side in the store: low <= version <= high.
struct PruneRange {
  RoleName role;
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// One GUN of a storage, inside a transaction (or lock) that keeps it as it is.
struct PruneAccess {
  std::function<Result<std::vector<StoredVersion>>(Form)> versions;
  std::function<Result<std::optional<std::int64_t>>(Form, const RoleName&)> current;
  std::function<Result<void>(Form, const PruneRange&)> remove;  ///< not called in a dry run
};

/// Removes (or counts) what may go of both forms and adds it to the report. Errors of the access.
Result<void> prune_gun(const PruneAccess& access, const PruneRules& rules, bool dry_run, PruneReport& report);

}  // namespace boltseal::server
