// Which client may use which keys (SECURITY rule 24).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "http/server/request.h"
#include "policy/pattern.h"
#include "signer/rpc_error.h"

namespace boltseal::signer {

/// What clients of one certificate subject may do.
struct ClientRule {
  std::string subject;                   ///< of the certificate, as RFC 4514 writes it; compared to the byte
  std::vector<policy::GunPattern> guns;  ///< whose keys; none: all
  /// A version below the last one that a key signed: refused (for boltseald), or signed and logged (for a
  /// notary-server, whose versions may fall).
  bool refuse_rollback = false;
};

/// A client as its connection shows it. Valid as long as the rules that it was looked up in.
class Client {
 public:
  /// With rules, the first of the certificate's name; permission_denied without a certificate or a rule of
  /// its name. Without rules, all that the listener lets in may use all keys.
  static RpcResult<Client> identify(const http::Peer& peer, const std::vector<ClientRule>& rules,
                                    bool refuse_rollback);

  /// `gun`: nothing where the key's row does not tell; such a key is for clients that may use all.
  bool may_use(const std::optional<Gun>& gun) const;
  bool refuse_rollback() const { return refuse_rollback_; }

 private:
  Client(const ClientRule* rule, bool refuse_rollback) : rule_(rule), refuse_rollback_(refuse_rollback) {}
  const ClientRule* rule_;
  bool refuse_rollback_;
};

/// Subject of the client's certificate (RFC 4514); empty without one. Text from outside.
std::string name_of(const http::Peer& peer);

}  // namespace boltseal::signer
