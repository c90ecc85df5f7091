// Docker's and Notary's key directory: `<trust_dir>/private/<canonical id>.key`, files 0600, directory 0700.
//
// Every write is atomic and under the advisory lock `private/.boltseal.lock`; the directory comes into being
// with the first write. Files that can't be read are reported, never changed. Keys that were opened stay
// open as long as the store. Not thread safe; several processes may use one directory.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "crypto/random.h"
#include "crypto/software_key.h"
#include "keys/key_file.h"
#include "keys/key_store.h"
#include "keys/passphrase.h"

namespace boltseal::keys {

/// Errors of all: io_error, disk_full, limit_exceeded, locked, besides those named.
class FileKeyStore final : public KeyStore {
 public:
  /// `passphrases` and `random` must outlive the store. Touches nothing yet.
  FileKeyStore(std::string trust_dir, Passphrases& passphrases,
               crypto::Random& random = crypto::system_random());

  Result<KeyListing> list() const override;
  bool holds(const KeyId& id) const override;
  Result<std::unique_ptr<crypto::Signer>> signer(const KeyId& id) override;

  /// key_missing, bad_key.
  Result<KeyInfo> info(const KeyId& id) const;
  /// As signer(), but the key itself.
  Result<crypto::SoftwareKeyPtr> load(const KeyId& id);

  /// Makes a key and stores it under a passphrase chosen for its role. A role with a GUN needs one, for
  /// other roles it is left out (bad_role). notary can read ECDSA P-256 only.
  Result<KeyInfo> generate(crypto::KeyAlgorithm algorithm, std::string_view role,
                           const std::optional<Gun>& gun);
  /// Stores a key under a passphrase chosen for its role; the same key under another role is replaced.
  Result<KeyInfo> add(const crypto::SoftwareKeyPtr& key, std::string_view role,
                      const std::optional<Gun>& gun);
  /// The same under a passphrase that is known.
  Result<KeyInfo> add(const crypto::SoftwareKeyPtr& key, std::string_view role, const std::optional<Gun>& gun,
                      const Secret& passphrase);
  /// Stores an encrypted block as it is, unopened. Another file under this id is left alone:
  /// already_exists. bad_key where the block is no encrypted key.
  Result<KeyInfo> add_sealed(const KeyId& id, crypto::PemBlock block);
  Result<void> remove(const KeyId& id);  ///< key_missing
  /// Opens the key and stores it again under a passphrase asked for anew.
  Result<void> change_passphrase(const KeyId& id);

  /// The files of these keys as one PEM bundle, each with the header `path: <id>`, as
  /// `notary key export` writes it; passphrases stay as they are. key_missing, bad_key.
  Result<std::string> export_bundle(std::span<const KeyId> ids) const;

  Passphrases& passphrases() const { return passphrases_; }

 private:
  Result<Directory> directory(bool create) const;
  Error missing(const KeyId& id) const;
  Result<KeyFile> read(const KeyId& id) const;
  KeyInfo describe(const KeyId& id, const KeyFile& file) const;
  Result<void> write(const KeyId& id, std::string_view text) const;

  std::string trust_dir_;
  Passphrases& passphrases_;
  crypto::Random& random_;
  std::map<KeyId, crypto::SoftwareKeyPtr> open_;
};

}  // namespace boltseal::keys
