#include "signer/access.h"

#include <algorithm>

#include "crypto/certificate_names.h"

namespace boltseal::signer {

std::string name_of(const http::Peer& peer) {
  if (peer.client_certificate_der.empty()) return {};
  const auto certificate = crypto::Certificate::from_der(as_bytes(peer.client_certificate_der));
  return certificate ? crypto::subject_text(*certificate).value_or(std::string()) : std::string();
}

RpcResult<Client> Client::identify(const http::Peer& peer, const std::vector<ClientRule>& rules,
                                   bool refuse_rollback) {
  if (rules.empty()) return Client(nullptr, refuse_rollback);
  const std::string name = name_of(peer);
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const ClientRule& r) { return r.subject == name; });
  if (name.empty() || rule == rules.end())
    return refuse(Status::permission_denied, "this client certificate may use no keys");
  return Client(&*rule, rule->refuse_rollback);
}

bool Client::may_use(const std::optional<Gun>& gun) const {
  if (rule_ == nullptr || rule_->guns.empty()) return true;
  return gun && std::any_of(rule_->guns.begin(), rule_->guns.end(),
                            [&](const policy::GunPattern& pattern) { return pattern.matches(*gun); });
}

}  // namespace boltseal::signer
