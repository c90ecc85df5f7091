// The keys that may sign tokens: certificates of a bundle, keys of a JSON Web Key Set, and the way from a
// token's header to one of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "crypto/certificate.h"
#include "server/auth/jwt.h"

namespace boltseal::server {

/// Immutable once built; thread safe.
class TokenKeys {
 public:
  /// PEM with at least one certificate. Each is an anchor of `x5c` chains, and its key is named by its
  /// libtrust fingerprint (also after the certificate has expired: the operator lists it). bad_config.
  Result<void> add_bundle(std::string_view pem);
  /// {"keys":[...]}: keys that can't verify what we accept (`oct`, other curves, `use` other than sig, RSA
  /// below 2048 bits) are passed over; at least one must be left. Named by `kid`, RFC 7638 thumbprint and
  /// libtrust fingerprint; one `kid` for two keys is refused. bad_config.
  Result<void> add_key_set(std::string text);

  /// The key that signed, by `x5c`, else `jwk` (trusted itself, or by a chain of its own), else `kid`: only
  /// the first of them that is there is looked at. Whether the signature is good is not said. unauthorized.
  Result<crypto::PublicKeyPtr> find(const Jwt& jwt, Time now) const;

  std::size_t size() const { return trusted_.size(); }

 private:
  struct Trusted {
    crypto::PublicKeyPtr key;
    std::optional<crypto::JwsAlgorithm> only;  ///< `alg` of the JWK
  };
  Result<void> add_jwk(const json::Value& jwk);
  Result<void> add_name(const std::string& name, std::size_t key);
  std::size_t add_key(Trusted trusted);
  const Trusted* find_same(const crypto::PublicKey& key) const;
  Result<crypto::PublicKeyPtr> by_chain(const std::vector<Bytes>& chain, Time now) const;
  Result<crypto::PublicKeyPtr> by_jwk(const Jwt& jwt, Time now) const;
  Result<crypto::PublicKeyPtr> by_name(const Jwt& jwt) const;

  std::vector<crypto::Certificate> anchors_;
  std::vector<Trusted> trusted_;
  std::unordered_map<std::string, std::size_t> names_;
};

}  // namespace boltseal::server
