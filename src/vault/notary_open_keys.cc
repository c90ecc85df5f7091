#include "vault/notary_open_keys.h"

#include "base/untrusted.h"
#include "crypto/jwe.h"
#include "tuf/key.h"

namespace boltseal::vault {
namespace {

std::string name_of_key(const NotaryRow& row) {
  return "the signer's key " + escape_untrusted(row.id.substr(0, 7));
}

tl::unexpected<Error> bad_row(const NotaryRow& row, const std::string& what) {
  return fail(ErrorCode::bad_key, name_of_key(row) + " " + what,
              "restore the signer's database from a backup");
}

/// A wrong passphrase is the administrator's, everything else the row's.
tl::unexpected<Error> not_opened(const NotaryRow& row, const Error& error) {
  if (error.code() != ErrorCode::bad_passphrase) return bad_row(row, "is damaged: " + error.what());
  return fail(ErrorCode::bad_passphrase,
              "the passphrase of alias \"" + escape_untrusted(row.alias) + "\" does not open " +
                  name_of_key(row) + "; nothing was changed",
              "set " + escape_untrusted(alias_variable(row.alias)) +
                  " to the passphrase under which these keys were encrypted");
}

}  // namespace

Result<std::string> notary_algorithm(crypto::KeyAlgorithm algorithm) {
  if (algorithm == crypto::KeyAlgorithm::ecdsa_p256) return "ecdsa";
  if (algorithm == crypto::KeyAlgorithm::ed25519) return "ed25519";
  return fail(ErrorCode::bad_key, "a signer makes no " + std::string(crypto::name_of(algorithm)) + " keys",
              "use ecdsa or ed25519");
}

std::string notary_public_part(const crypto::PublicKey& key) {
  const bool raw = key.algorithm() == crypto::KeyAlgorithm::ed25519;
  return std::string(as_text(raw ? key.raw_ed25519() : ByteView(key.spki())));
}

Result<crypto::SoftwareKeyPtr> NotaryOpenKeys::decrypt(const NotaryRow& row) const {
  const bool ecdsa = row.algorithm == "ecdsa";
  if (!ecdsa && row.algorithm != "ed25519") return bad_row(row, "is of an algorithm that no signer makes");
  if (row.encryption != crypto::kJweEncryption || row.key_wrap != crypto::kJweKeyWrap)
    return bad_row(row, "is encrypted in a way that no signer does");
  const Secret passphrase = BS_TRY(passphrase_(row.alias));
  const auto plain = crypto::open_jwe(row.sealed, passphrase);
  if (!plain) return not_opened(row, plain.error());
  const auto algorithm = ecdsa ? crypto::KeyAlgorithm::ecdsa_p256 : crypto::KeyAlgorithm::ed25519;
  auto key = crypto::from_signer_bytes(algorithm, plain->view());
  if (!key) return not_opened(row, key.error());
  const crypto::PublicKey& derived = *(*key)->public_key();
  if (notary_public_part(derived) != row.public_part || tuf::canonical_key_id(derived).str() != row.id)
    return bad_row(row, "is not the one of its public part and id");
  return std::move(*key);
}

Result<NotaryKeyPtr> NotaryOpenKeys::open(const NotaryRow& row) {
  if (auto kept = keys_.get(row.id)) {
    const NotaryRow& known = (*kept)->row;
    if (known.sealed == row.sealed && known.alias == row.alias && known.gun == row.gun &&
        known.role == row.role && known.public_part == row.public_part)
      return std::move(*kept);
  }
  auto key = std::make_shared<const NotaryKey>(row, BS_TRY(decrypt(row)));
  keys_.put(row.id, key);
  return key;
}

}  // namespace boltseal::vault
