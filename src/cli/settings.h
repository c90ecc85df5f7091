// From options and environment variables to what operations need.
#pragma once

#include <memory>

#include "base/result.h"
#include "cli/options.h"
#include "client/environment.h"
#include "keys/file_key_store.h"

namespace boltseal::cli {

/// --trust-dir, --server, --ca-file; DOCKER_CONFIG, DOCKER_CONTENT_TRUST_SERVER, XDG_CONFIG_HOME, HOME,
/// NOTARY_AUTH. usage: no home where one is needed.
Result<client::Settings> settings_from(const Parsed& parsed);

/// A key store with the passphrases that it uses.
struct KeyRing {
  std::unique_ptr<keys::Passphrases> passphrases;
  std::unique_ptr<keys::FileKeyStore> store;
};

/// The keys of the trust directory, with passphrases from DCT's and Notary's variables, then the terminal.
KeyRing open_keys(client::Environment& environment);

}  // namespace boltseal::cli
