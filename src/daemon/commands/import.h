// `boltseald import BUNDLE`: an exported repository into the store of this server. The server must be stopped
// meanwhile: what it has in its caches would hide the import.
#pragma once

#include <string>

#include "base/result.h"
#include "daemon/config.h"
#include "daemon/places.h"

namespace boltseal::daemon {

struct ImportCommand {
  std::string bundle;       ///< folder of one repository, with bundle.json
  std::string accept_root;  ///< 64 lower-case hex digits; empty: only bundles that were verified
  bool dry_run = false;
};

/// The report goes to stdout. Errors: usage (memory storage, no SHA-256), locked (a boltseald works there),
/// forbidden (the GUN is not one that this server serves), those of server::import_bundle.
Result<void> import_repository(const ImportCommand& command, const Config& config, const Places& places);

}  // namespace boltseal::daemon
