// Is everything in a store what it should be? For `boltseald verify-store`: reads, never writes, and may run
// beside a server.
//
// Of every version of every role of every GUN, in both forms: its SHA-256, its shape, its number, its binding
// to the GUN (TUF 1.0), and its signatures under keys that a root (or parent) of the same GUN gives the role;
// of roots the chain too. Of what clients get now: that timestamp, snapshot and roles name each other and are
// signed by the newest root's keys, expiry, that both forms say the same, that the server has the timestamp
// key, and that nothing lies below the high-water record. One GUN at a time, one file at a time in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "server/high_water.h"
#include "server/key_service.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// One thing that is wrong. `gun`, `role` and `text` hold foreign text: escape them to show them.
struct StoreFinding {
  std::string gun;
  std::optional<Form> form;  ///< nothing: of the GUN as a whole
  std::string role;
  std::int64_t version = 0;  ///< 0: of the role as a whole
  /// Stable: unreadable, wrong_hash, wrong_version, wrong_repository, not_signed, root_chain, missing,
  /// differs, not_named, old_keys, expired, forms_differ, key_missing, below_record, needs_recovery.
  std::string_view kind;
  std::string text;  ///< in plain words
};

struct StoreCheckParts {
  const Storage& storage;
  KeyService* keys = nullptr;         ///< null: it is not asked which keys the server has
  const HighWater* record = nullptr;  ///< null: not compared
  Time now{};
};

struct StoreCheckReport {
  std::uint64_t guns = 0;
  std::uint64_t files = 0;
  std::uint64_t findings = 0;
};

using FindingSink = std::function<void(const StoreFinding&)>;

/// Errors: what keeps the walk itself from going on (the store does not answer). A row that cannot be read is
/// a finding.
Result<StoreCheckReport> verify_store(const StoreCheckParts& parts, const FindingSink& sink);
/// One GUN.
Result<StoreCheckReport> verify_gun(const StoreCheckParts& parts, const Gun& gun, const FindingSink& sink);

}  // namespace boltseal::server
