#include "tuf/trusted_set_floors.h"

#include <algorithm>

namespace boltseal::tuf {
namespace {

std::vector<Sha256> identities(const Root& root, const RoleKeys& role) {
  std::vector<Sha256> found;
  for (const std::string& id : role.keyids) {
    const auto key = root.keys.find(id);
    if (key != root.keys.end() && key->second.key) found.push_back(key->second.key->identity());
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

bool lost_one(const std::vector<Sha256>& before, const std::vector<Sha256>& now) {
  return !std::ranges::includes(now, before);
}

}  // namespace

void raise_floor(Floors& floors, const RoleName& role, std::int64_t version,
                 const std::optional<Sha256>& sha256) {
  Floor& floor = floors.roles[role];
  if (version < floor.version) return;
  if (version > floor.version || sha256) floor.sha256 = sha256;
  floor.version = version;
}

void raise_listed(Floors& floors, const Snapshot& snapshot) {
  for (const Meta& meta : snapshot.meta) {
    const auto role = RoleName::parse_tuf1(meta.name);
    // A snapshot key must not be able to raise the floors of root or timestamp by odd entries.
    if (!role || (role->is_base() && *role != RoleName::targets())) continue;
    if (meta.version) raise_floor(floors, *role, *meta.version, meta.hashes.sha256);
  }
}

Dropped follow_keys(Floors& floors, const Root& root) {
  std::vector<Sha256> timestamp_keys = identities(root, root.timestamp);
  std::vector<Sha256> snapshot_keys = identities(root, root.snapshot);
  Dropped dropped;
  dropped.targets = lost_one(floors.snapshot_keys, snapshot_keys);
  dropped.timestamp = dropped.targets || lost_one(floors.timestamp_keys, timestamp_keys);
  std::erase_if(floors.roles, [&](const auto& entry) {
    if (entry.first == RoleName::root()) return false;
    const bool online = entry.first == RoleName::timestamp() || entry.first == RoleName::snapshot();
    return online ? dropped.timestamp : dropped.targets;
  });
  floors.timestamp_keys = std::move(timestamp_keys);
  floors.snapshot_keys = std::move(snapshot_keys);
  return dropped;
}

}  // namespace boltseal::tuf
