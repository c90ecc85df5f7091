#include "vault/open_keys.h"

#include "base/untrusted.h"
#include "crypto/seal.h"
#include "tuf/key.h"

namespace boltseal::vault {
namespace {

tl::unexpected<Error> bad_row(const KeyRow& row, const char* what) {
  return fail(ErrorCode::bad_key,
              "the vault's " + row.role.str() + " key " + row.id.short_form() + " of " +
                  escape_untrusted(row.gun.str()) + " " + what,
              "restore the vault's table and the sealing key from the same time");
}

Result<crypto::SoftwareKeyPtr> unseal(const Secret& sealing_key, const KeyRow& row,
                                      std::string_view associated) {
  const auto plain = crypto::open_sealed(sealing_key, row.sealed, as_bytes(associated));
  if (!plain) return bad_row(row, "does not open: the row was changed, moved, or sealed with another key");
  auto key = crypto::SoftwareKey::from_pkcs8(plain->view());
  if (!key) return bad_row(row, "is damaged");
  const crypto::PublicKey& derived = *(*key)->public_key();
  if (derived.spki() != row.spki || tuf::canonical_key_id(derived) != row.id ||
      crypto::name_of(derived.algorithm()) != row.algorithm)
    return bad_row(row, "is not the one of its public part");
  return std::move(*key);
}

}  // namespace

std::string associated_data(const KeyRow& row) {
  std::string out = "boltseal vault key 1";
  for (const std::string* part : {&row.gun.str(), &row.role.str(), &row.id.str()}) {
    out += '\0';
    out += *part;
  }
  return out;
}

Result<crypto::SoftwareKeyPtr> OpenKeys::open(const KeyRow& row) {
  // The names that the seal binds are the cache's key: a row whose names were changed is not found here.
  const std::string associated = associated_data(row);
  if (auto kept = keys_.get(associated)) return std::move(*kept);
  crypto::SoftwareKeyPtr key = BS_TRY(unseal(sealing_key_, row, associated));
  keys_.put(associated, key);
  return key;
}

}  // namespace boltseal::vault
