// Saves everything that a Notary v1 server has for a repository, to the byte: every root version, timestamp,
// snapshot, targets, every delegation that the snapshot lists. Format: docs/reference/formats/bundle.md.
//
//   <out>/<GUN>/bundle.json             what was saved, from where, verified or not
//   <out>/<GUN>/metadata/<name>.json    root, 1.root, 2.root, ..., timestamp, snapshot, targets,
//   targets/releases
//
// One request after the other; pauses when the server says it is too much; goes on where it stopped: what
// lies there with the right hash is not asked again. A bundle is complete when its bundle.json is there. The
// saved files are verified like any other trust data, from a pin or the cached root; without one, or when
// they fail, bundle.json says `unverified` and why (SECURITY rule 16).
#pragma once

#include <functional>
#include <string>

#include "base/files.h"
#include "base/names.h"
#include "base/result.h"
#include "client/environment.h"

namespace boltseal::client {

struct ExportOptions {
  bool raw = false;                                       ///< save now, verify later: `verified` stays "no"
  std::function<void(const std::string& line)> progress;  ///< may be empty
};

enum class BundleStatus : std::uint8_t { verified, unverified, raw };
std::string_view name_of(BundleStatus status);

struct Exported {
  Gun gun;
  BundleStatus status = BundleStatus::unverified;
  std::string reason;  ///< of unverified
  int files = 0;
  int fetched = 0;                   ///< of these, asked now
  bool was_complete = false;         ///< lay there from an earlier run
  std::vector<std::string> missing;  ///< named by the metadata, absent at the server
};

/// no_trust_data: the server has nothing; errors of transport and of local files.
Result<Exported> export_gun(Environment& environment, const Gun& gun, const std::string& out,
                            const ExportOptions& options);

/// GUNs of a list file: one a line, blank lines and '#' comments skipped. bad_name with the line number.
Result<std::vector<Gun>> read_gun_list(const std::string& path);

}  // namespace boltseal::client
