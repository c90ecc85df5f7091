// What a store holds, told to its operator: `boltseald gun list|show|expiry`, and the expiry metrics. Read
// without verification (that is verify_store.h). Text in it is foreign: escape it to show it. Thread safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/high_water.h"
#include "server/key_service.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// A file that clients get now.
struct RoleExpiry {
  Form form = Form::notary;
  RoleName role;
  std::int64_t version = 0;
  Time expires{};
};

/// Of root, timestamp, snapshot and every role that the snapshot names, in each form that there is. Files
/// that are missing or cannot be read are left out.
Result<std::vector<RoleExpiry>> current_expiry(const Storage& storage, const Gun& gun);

struct GunLine {
  Gun gun;
  std::size_t versions = 0;  ///< stored files; 0: only a tombstone or marks are left
  std::optional<Time> newest;
  bool needs_recovery = false;
  std::optional<Time> deleted;
};

/// Calls `each` for every GUN that has files, a tombstone or marks, in byte order; ends when it says false.
Result<void> list_guns(const Storage& storage, const std::function<bool(const GunLine&)>& each);
/// The same of names alone: what every walk over a store goes by.
Result<void> for_each_gun(const Storage& storage, const std::function<Result<bool>(const Gun&)>& each);

struct RoleReport {
  RoleExpiry file;
  std::int64_t stored = 0;           ///< highest stored version
  std::vector<std::string> key_ids;  ///< as the delegator lists them
  std::int64_t threshold = 0;
  std::optional<bool> server_signs;  ///< snapshot and timestamp: whether this server reaches the threshold
};

struct GunReport {
  GunLine line;
  GunState state;
  std::optional<Tombstone> tombstone;
  std::vector<RoleReport> roles;
};

/// not_found: the store knows nothing of the GUN. `keys`: null leaves server_signs out.
Result<GunReport> report_gun(const Storage& storage, KeyService* keys, const Gun& gun);

}  // namespace boltseal::server
