#include "server/storage/prune.h"

#include <algorithm>
#include <map>

namespace boltseal::server {
namespace {

/// Ranges of what may go among the versions of one role, in ascending order; `kept` is reached by the newest
/// timestamp.
std::vector<PruneRange> ranges_of(const std::vector<StoredVersion>& versions, std::int64_t kept,
                                  const PruneRules& rules, PruneReport& report) {
  std::vector<PruneRange> out;
  bool adjacent = false;
  for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
    const StoredVersion& one = versions[i];
    if (one.version == kept || versions[i + 1].created >= rules.superseded_before) {
      adjacent = false;
      continue;
    }
    ++report.files;
    report.bytes += one.bytes;
    if (adjacent) {
      out.back().high = one.version;
    } else {
      out.push_back({one.role, one.version, one.version});
    }
    adjacent = true;
  }
  return out;
}

}  // namespace

Result<void> prune_gun(const PruneAccess& access, const PruneRules& rules, bool dry_run,
                       PruneReport& report) {
  for (const Form form : {Form::notary, Form::tuf1}) {
    std::map<RoleName, std::vector<StoredVersion>> roles;
    for (StoredVersion& one : BS_TRY(access.versions(form))) roles[one.role].push_back(std::move(one));
    for (auto& [role, versions] : roles) {
      if (role == RoleName::root()) continue;  // clients walk from root to root
      std::sort(versions.begin(), versions.end(),
                [](const StoredVersion& a, const StoredVersion& b) { return a.version < b.version; });
      const auto kept = BS_TRY(access.current(form, role));
      for (const PruneRange& range : ranges_of(versions, kept.value_or(0), rules, report)) {
        if (!dry_run) BS_TRY(access.remove(form, range));
      }
    }
  }
  return {};
}

}  // namespace boltseal::server
