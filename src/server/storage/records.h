// What a storage keeps and what is told to it: plain values (NOTARY-SERVER.md 5.1; SECURITY rules 12 and 16).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "tuf/form.h"

namespace boltseal::server {

using tuf::Form;

struct StoredFile {
  std::int64_t version = 0;
  std::string bytes;
  Sha256 sha256{};
  Time created{};
};

struct NewFile {
  Form form = Form::notary;
  RoleName role;
  std::int64_t version = 0;
  std::string bytes;
  Sha256 sha256{};
};

/// The highest version of a role that a decision was based on; 0: there was none.
struct Basis {
  Form form = Form::notary;
  RoleName role;
  std::int64_t version = 0;
};

struct GunState {
  std::int64_t epoch = 1;       ///< counts the lives of the GUN
  bool needs_recovery = false;  ///< the store is older than the record: read-only until republished
  bool reset_allowed = false;   ///< the operator lets any root begin anew
  bool operator==(const GunState&) const = default;
};

/// One publish: all of it in one transaction, or nothing.
struct Batch {
  Gun gun;
  Time time{};
  std::vector<NewFile> files;          ///< stored in this order
  std::vector<Basis> basis;            ///< conflict unless each is still so
  std::optional<GunState> state;       ///< the same for the state that the decision was based on
  bool reinitialises = false;          ///< ends the tombstone, opens a new epoch, uses up a reset
  std::optional<bool> needs_recovery;  ///< sets the mark
};

/// One row of the feed. `update` has version and hash of the timestamp, `deletion` 0 and "".
struct Change {
  std::int64_t id = 0;
  Time created{};
  std::string gun;
  std::int64_t version = 0;
  std::string sha256;
  std::string category;
};

/// What is left of a deleted GUN (SECURITY rule 16).
struct Tombstone {
  Time deleted{};
  std::map<std::pair<Form, RoleName>, std::int64_t> versions;  ///< highest ever stored
  std::map<Form, std::string> roots;                           ///< the last root of each form
};

/// The highest version of a role.
struct Head {
  Gun gun;
  Form form = Form::notary;
  RoleName role;
  std::int64_t version = 0;
  Sha256 sha256{};
};

/// Names one stored file of a GUN.
struct VersionName {
  Form form = Form::notary;
  RoleName role;
  std::int64_t version = 0;
};

/// What pruning may take.
struct PruneRules {
  Time superseded_before{};            ///< a version may go if its successor was stored before this
  std::int64_t keep_changes = 10'000;  ///< so many newest rows of the feed stay, however old they are
};
/// What pruning took, or would take.
struct PruneReport {
  std::int64_t files = 0;
  std::int64_t bytes = 0;  ///< of these files
  std::int64_t changes = 0;
};

}  // namespace boltseal::server
