// One private key file in Docker's and Notary's format, to the byte (NOTARY-CLIENT.md 6): a PEM block
// `ENCRYPTED PRIVATE KEY` with the headers `role` and, for targets, snapshot and timestamp keys, `gun`.
// Read are also plain and legacy blocks. Pure functions, thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/names.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/pem.h"
#include "crypto/public_key.h"
#include "crypto/random.h"
#include "crypto/software_key.h"
#include "keys/key_store.h"
#include "keys/passphrase.h"

namespace boltseal::keys {

/// A key file before it is opened.
struct KeyFile {
  crypto::PemBlock block;

  std::string role() const;  ///< header `role`, else empty; text from outside
  std::string gun() const;   ///< header `gun`, else empty; text from outside
  bool encrypted() const;
};

/// "<64 hex>.key" -> id; nothing for other names.
std::optional<KeyId> key_id_of_file(std::string_view name);
std::string key_file_name(const KeyId& id);

/// The first PEM block of a file, which is what notary reads. bad_key where it is no private key.
Result<KeyFile> read_key_file(std::string_view text);

/// Opens a block. `expected`: the id that the file name promises; another key in it is bad_key.
/// Errors: bad_key, bad_passphrase, no_passphrase, aborted.
Result<crypto::SoftwareKeyPtr> open_key(const crypto::PemBlock& block, const PassphraseRequest& request,
                                        Passphrases& passphrases, const KeyId* expected);

/// Text of a key file as notary 0.7.0 writes it. bad_key: a line break in role or GUN.
Result<std::string> write_key_file(const crypto::SoftwareKey& key, std::string_view role,
                                   std::string_view gun, const Secret& passphrase, crypto::Random& random);

/// `PUBLIC KEY` PEM with the header `role` (left out when empty), as `notary key generate -o` writes it.
Result<std::string> write_public_key(const crypto::PublicKey& key, std::string_view role);

/// targets, snapshot, timestamp: a key of these roles belongs to a GUN; keys of other roles have none.
bool role_has_gun(std::string_view role);

}  // namespace boltseal::keys
