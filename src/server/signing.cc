#include "server/signing.h"

#include <set>
#include <vector>

namespace boltseal::server {
namespace {

std::vector<crypto::Signer*> pointers(const std::vector<std::shared_ptr<crypto::Signer>>& holders) {
  std::vector<crypto::Signer*> out;
  for (const auto& holder : holders) out.push_back(holder.get());
  return out;
}

template <typename Body>
void set_expiry(Body& body, Time expires) {
  body.expires = body.form == tuf::Form::tuf1 ? std::chrono::floor<std::chrono::seconds>(expires) : expires;
  body.expires_text.clear();
}

}  // namespace

Result<Signing::Holders> Signing::holders(const Gun& gun, const tuf::Root& root, const RoleName& role) const {
  Holders out;
  for (const std::string& id : root.role(tuf::file_type(role)).keyids) {
    const auto key = root.keys.find(id);
    if (key == root.keys.end() || !key->second.can_verify()) continue;
    auto holder = BS_TRY(keys_.find(gun, role, *key->second.key));
    if (holder) out.push_back(std::move(holder));
  }
  return out;
}

Result<bool> Signing::can_sign(const Gun& gun, const tuf::Root& root, const RoleName& role) const {
  std::set<Sha256> identities;
  for (const auto& holder : BS_TRY(holders(gun, root, role)))
    identities.insert(holder->public_key()->identity());
  return static_cast<std::int64_t>(identities.size()) >= root.role(tuf::file_type(role)).threshold;
}

Result<tuf::SignedFile> Signing::snapshot(const Gun& gun, const tuf::Root& root, tuf::Snapshot body,
                                          Time now) const {
  set_expiry(body, now + lifetimes_.snapshot);
  const Holders held = BS_TRY(holders(gun, root, RoleName::snapshot()));
  const tuf::Authority authority{root.keys, root.snapshot};
  return tuf::sign(body, std::span(&authority, 1), pointers(held));
}

Result<tuf::SignedFile> Signing::timestamp(const Gun& gun, const tuf::Root& root, tuf::Timestamp body,
                                           Time now) const {
  set_expiry(body, now + lifetimes_.timestamp);
  if (body.form == tuf::Form::tuf1) body.issued = std::chrono::floor<std::chrono::seconds>(now);
  const Holders held = BS_TRY(holders(gun, root, RoleName::timestamp()));
  const tuf::Authority authority{root.keys, root.timestamp};
  return tuf::sign(body, std::span(&authority, 1), pointers(held));
}

}  // namespace boltseal::server
