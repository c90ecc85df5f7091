#include "vault/key_holder.h"

#include "tuf/key.h"

namespace boltseal::vault {

Result<std::shared_ptr<crypto::Signer>> find_signer(const KeyHolder& holder, const Gun& gun,
                                                    const RoleName& role, const crypto::PublicKey& key) {
  const KeyId id = tuf::canonical_key_id(key);
  const auto held = BS_TRY(holder.find(id));
  if (!held || held->gun.value_or(gun) != gun || held->role.value_or(role) != role || *held->key != key)
    return nullptr;
  return holder.signer(id);
}

Result<void> require_online_role(const RoleName& role) {
  if (role == RoleName::snapshot() || role == RoleName::timestamp()) return {};
  return fail(ErrorCode::bad_role, "the server holds keys for snapshot and timestamp only");
}

}  // namespace boltseal::vault
