// Begins trust data for a repository: a root key (made or taken), a targets key, snapshot and timestamp keys
// of the server; root and targets published as one.
//
// Steps are ordered so that a kill between any two loses nothing: keys are stored before they are used, the
// root lies in the cache before it is published, and init again goes on with what is there. That may be what
// notary 0.7.0 left, with a snapshot key of its own: the first snapshot is signed here then.
#pragma once

#include <optional>
#include <string>

#include "base/names.h"
#include "base/result.h"
#include "client/environment.h"
#include "keys/file_key_store.h"

namespace boltseal::client {

struct InitOptions {
  std::optional<KeyId>
      root_key;  ///< canonical id; else the first root key here (by id, as Docker), else a new one
};

struct Initialised {
  Gun gun;
  KeyId root_key;
  bool made_root_key = false;
  bool resumed = false;         ///< went on with an earlier, interrupted init
  bool local_snapshot = false;  ///< a stock client's: the snapshot key is here, not at the server
  std::string root_sha256;      ///< lower-case hex: what others pin
};

/// already_exists: the server has trust data for the GUN; key_missing: no such root key; errors of keys,
/// transport and store.
Result<Initialised> init(Environment& environment, keys::FileKeyStore& keys, const Gun& gun,
                         const InitOptions& options);

}  // namespace boltseal::client
