// The calls of notary-signer's API on the keys of a holder: message in, message out (NOTARY-SERVER.md 6).
// Internal to signer/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "signer/access.h"
#include "signer/rpc_error.h"
#include "vault/key_holder.h"

namespace boltseal::signer {

/// Who asks, and for which GUN: what boltseald says in `boltseal-gun` and a notary-server does not.
struct Call {
  const Client& client;
  std::string_view gun;  ///< Gun::url_path(); empty: any
};

/// Thread safe. Requests are parsed strictly (invalid_argument); nothing is kept between calls, private keys
/// least of all.
class Calls {
 public:
  explicit Calls(vault::KeyHolder& holder) : holder_(holder) {}

  RpcResult<std::string> create_key(const Call& call, std::string_view message);
  RpcResult<std::string> delete_key(const Call& call, std::string_view message);
  RpcResult<std::string> get_key_info(const Call& call, std::string_view message);
  RpcResult<std::string> sign(const Call& call, std::string_view message);
  RpcResult<std::string> check_health(std::string_view message);

 private:
  using Found = std::optional<vault::HeldKey>;
  RpcResult<Found> find(const Call& call, const std::string& id);

  vault::KeyHolder& holder_;
};

}  // namespace boltseal::signer
