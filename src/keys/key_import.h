// Imports private keys from PEM: bundles of `notary key export`, single key files, and keys made by openssl
// (PKCS#8 with any PRF, SEC 1, PKCS#1, legacy encryption). Rules of notary 0.7.0 (NOTARY-CLIENT.md 6), but
// the id of a key that can be opened is always derived from it, and no file of another key is overwritten.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "keys/file_key_store.h"

namespace boltseal::keys {

struct ImportOptions {
  std::string role;        ///< for blocks without header `role`; empty: "delegation"
  std::optional<Gun> gun;  ///< for blocks without header `gun`
};

struct ImportReport {
  std::vector<KeyInfo> imported;
  std::vector<Error> rejected;  ///< one for each block that was not imported, with its reason
};

/// Takes the blocks one by one; what is imported stays imported when a later block is rejected.
/// - An encrypted block with a `path` header is stored as it is.
/// - One without is opened (asks for its passphrase) and stored under the same passphrase in Notary's format.
/// - A plain block is stored under a passphrase chosen for its role.
/// Errors: bad_key (no private key in the text), bad_format (broken PEM), limit_exceeded, aborted.
Result<ImportReport> import_keys(FileKeyStore& store, std::string_view pem, const ImportOptions& options);

}  // namespace boltseal::keys
