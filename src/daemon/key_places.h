// Where snapshot and timestamp keys are, by the configuration: opened and checked.
#pragma once

#include <memory>
#include <optional>

#include "base/files.h"
#include "base/result.h"
#include "daemon/config.h"
#include "daemon/environment.h"
#include "server/key_service.h"
#include "vault/guarded_signer.h"
#include "vault/key_holder.h"

namespace boltseal::daemon {

/// What a place of keys stands on besides its own members.
struct KeySurroundings {
  const Directory* state = nullptr;             ///< null: there is none
  const Directory* keys = nullptr;              ///< of the sealing key
  const DatabaseConfig* beside = nullptr;       ///< the store's database: sealed keys lie in a table there
  const TakenVariables* variables = nullptr;    ///< passphrases
  std::shared_ptr<vault::KeyHolder> of_signer;  ///< of the role signer in this process
};

/// Opens the place and asks it whether its keys can be opened. bad_key, bad_passphrase, no_passphrase: they
/// cannot, and nothing was changed; errors of the database or token.
Result<std::shared_ptr<vault::KeyHolder>> open_holder(const KeysConfig& config, const KeySurroundings& around,
                                                      vault::LowerVersions lower);

/// The same for the role server, which may also have its keys in memory or at a signer.
Result<std::unique_ptr<server::KeyService>> open_keys(const KeysConfig& config,
                                                      const KeySurroundings& around);

}  // namespace boltseal::daemon
