// This machine's memory of trust for one GUN: the verified cache and the floors against rollback.
//
// Layout below a trust directory (docs/reference/formats/trust-directory.md):
//   tuf/<GUN>/metadata/<role>.json                 Notary form, as Docker and notary 0.7.0 keep it
//   boltseal/<GUN>/@tuf1/metadata/<encoded>.json   TUF 1.0 form
//   boltseal/<GUN>/@notary/state.json, @tuf1/state.json    floors, where trust began, transport
//   boltseal/<GUN>/@lock                           advisory lock of writers
// '@' can't stand in a name, so no GUN collides with them. Nothing is created by reading.
//
// Steps (HOUSE rule 3): commit() takes the lock, looks at the state again, and writes each file whole. A
// slower process never takes newer files of another back: what is below the floors on disk is left out.
// Cached files come from a place where others can write: they are bytes, verified anew by tuf/ at each load.
// Errors: io_error, disk_full, limit_exceeded, locked; a broken state file is bad_format (it is never
// overwritten in silence: rollback protection would be lost). Used by one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/names.h"
#include "base/result.h"
#include "tuf/form.h"
#include "tuf/trust_facts.h"

namespace boltseal::store {

/// Where trust in a GUN began and what was seen last.
struct TrustState {
  tuf::Floors floors;
  std::string transport;  ///< place that the data is taken from (SECURITY 14); empty: unknown
  std::optional<std::int64_t> first_root_version;
  std::optional<Sha256> first_root_sha256;  ///< of the root with which trust began
  std::optional<Sha256> anchor;             ///< identity of the pin from which the cached root was reached
  bool operator==(const TrustState&) const = default;
};

/// A file that was accepted, to be kept under its role.
struct AcceptedFile {
  RoleName role;
  std::int64_t version;
  std::string bytes;
};

class TrustStore {
 public:
  TrustStore(std::string trust_dir, tuf::Form form, Gun gun);

  /// Bytes in the cache; nothing where there is none or it can't be read as a file of bounded size.
  std::optional<std::string> cached(const RoleName& role) const;
  /// Empty state where nothing was kept yet.
  Result<TrustState> state() const;

  /// Writes accepted files and raises the state, file by file, under the lock. Files below the floor on
  /// disk are skipped. `forget` are removed first (fast-forward recovery); floors of roles that the state
  /// does not hold any more fall then, and only then.
  Result<void> commit(const std::vector<AcceptedFile>& files, const TrustState& state,
                      const std::vector<RoleName>& forget = {});

  const std::string& trust_dir() const { return trust_dir_; }
  const Gun& gun() const { return gun_; }

 private:
  std::string file_of(const RoleName& role) const;
  std::string state_file() const;

  std::string trust_dir_;
  tuf::Form form_;
  Gun gun_;
};

/// GUNs that have a cached root in Notary form below a trust directory, sorted; at most 10,000.
Result<std::vector<Gun>> cached_guns(const std::string& trust_dir);

}  // namespace boltseal::store
