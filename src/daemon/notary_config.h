// The configuration files of notary-server and notary-signer, taken as they stand (NOTARY-SERVER.md 4): what
// they mean to boltseald. What they hold and boltseald does not do becomes a warning; only what can't be
// honoured is an error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/config_file.h"
#include "json/value.h"

namespace boltseal::daemon {

/// Which of the three kinds a file is. `preferred` decides where it could be any.
FileKind kind_of_config(const json::Value& root, FileKind preferred);

struct NotaryFile {
  const json::Value& root;
  std::string directory;           ///< of relative paths
  std::string working_directory;   ///< of a relative auth.options.rootcertbundle, as in notary-server
  const Environment& environment;  ///< NOTARY_SERVER_*, NOTARY_SIGNER_*; outlives the call
};

/// notary-server's. With `joined`, keys are those of the role signer instead of trust_service's address.
/// bad_config, with notary-server's own words where it refuses the same.
Result<LoadedConfig> server_from_notary(const NotaryFile& file, bool joined);
/// notary-signer's.
Result<LoadedConfig> signer_from_notary(const NotaryFile& file);

}  // namespace boltseal::daemon
