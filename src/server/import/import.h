// Brings an exported repository into a store, under the same GUN (SECURITY rule 16): the other half of the
// rescue. Everything is stored to the byte in one batch, or nothing is.
//
// What the store or the high-water record has already is never replaced: stored roots must be roots of the
// bundle, no version may be lower, an equal version must be the same file. A deleted GUN comes back only with
// a root that its deleted root's keys signed, or after `boltseald gun reset`. The keys with which the old
// server signed can't be in a bundle; the report says which this server lacks, and until when readers can go
// on without them.
//
// For a store that no other process serves: the caches of a running server would not notice. Errors: those of
// verify_bundle; rollback (older than what this server has), conflict (other content under the same number,
// or the store changed meanwhile), root_not_trusted (another repository), twin_mismatch (a TUF 1.0 form is
// stored), errors of storage and record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/high_water.h"
#include "server/import/bundle.h"
#include "server/signing.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct ImportOptions {
  std::optional<Sha256> accepted_root;  ///< see verify_bundle
  bool dry_run = false;                 ///< all checks, no change
};

struct ImportParts {
  Storage& storage;
  const Signing& signing;
  HighWater& record;
  const Clock& clock;
};

struct ImportedRole {
  RoleName role;
  std::int64_t version = 0;
  Time expires{};
};

struct ImportReport {
  Gun gun;
  std::int64_t first_root = 0, newest_root = 0;  ///< versions
  Sha256 newest_root_sha256{};
  std::vector<ImportedRole> roles;  ///< newest of each, root first
  std::vector<RoleName> left_out;   ///< see VerifiedBundle
  std::vector<RoleName> lacks;      ///< timestamp, snapshot: keys that this server does not hold
  std::size_t stored = 0;           ///< files that were new here; 0: all was there
  Time now{};                       ///< when it was judged

  const ImportedRole* find(const RoleName& role) const;
  bool lacks_key_of(const RoleName& role) const;
};

Result<ImportReport> import_bundle(const ImportParts& parts, const Bundle& bundle,
                                   const ImportOptions& options);

/// The report for the person at the terminal, with what the owner must do next.
std::string describe(const ImportReport& report, const ImportOptions& options);

}  // namespace boltseal::server
