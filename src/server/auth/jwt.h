// JSON Web Tokens of Docker registry token servers, read and not yet believed (RFC 7515, 7519;
// NOTARY-SERVER.md 2.9). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/jws.h"
#include "json/reader.h"
#include "server/auth/access.h"

namespace boltseal::server {

/// Bytes of a token: what fits into a request head.
inline constexpr std::size_t kMaxToken = 24u << 10;

/// Header and claims as they stand in the token; views end with it.
struct Jwt {
  std::string_view signed_part;  ///< view of the text that parse_jwt() was given
  Bytes signature;

  crypto::JwsAlgorithm algorithm{};
  std::vector<Bytes> x5c;            ///< DER, leaf first
  const json::Value* jwk = nullptr;  ///< of `header`
  std::string key_id;

  std::string issuer;
  std::string subject;
  std::vector<std::string> audience;
  std::int64_t expires = 0;     ///< seconds since 1970
  std::int64_t not_before = 0;  ///< 0: from ever
  std::vector<Grant> grants;    ///< actions other than pull, push and * are left out

  std::optional<json::Document> header;
};

/// Three parts of base64url without padding; header and claims strict JSON objects without repeated names;
/// `alg` of the closed list (crypto/jws.h), no `crit`. At most 10 certificates, 1024 entries of `access`. A
/// null `access` is an empty one, as Go's token servers write it. bad_format, limit_exceeded; the messages
/// hold nothing of the token.
Result<Jwt> parse_jwt(std::string_view text);

}  // namespace boltseal::server
