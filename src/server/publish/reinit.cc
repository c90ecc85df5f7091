#include "server/publish/reinit.h"

#include <set>

#include "tuf/codec.h"
#include "tuf/verify_threshold.h"

namespace boltseal::server {

bool continues_deleted_root(const tuf::Trusted<tuf::Root>& fresh, tuf::Form form,
                            const std::string& deleted_root) {
  const auto old = tuf::parse_root(form, deleted_root);
  if (!old || fresh.form() != form) return false;
  std::set<Sha256> trusted;
  tuf::KeyMap keys = old->body().keys;
  for (const std::string& id : old->body().root.keyids) {
    const auto key = keys.find(id);
    if (key != keys.end() && key->second.can_verify()) trusted.insert(key->second.key->identity());
  }
  // The same public keys may stand in the new root under other ids.
  keys.insert(fresh->keys.begin(), fresh->keys.end());
  tuf::RoleKeys role;
  role.threshold = old->body().root.threshold;
  for (const auto& [id, key] : keys) {
    if (key.can_verify() && trusted.contains(key.key->identity())) role.keyids.push_back(id);
  }
  return tuf::verify_threshold(role, keys, fresh).met;
}

}  // namespace boltseal::server
