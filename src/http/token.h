// Answer of a token server (Docker registry v2 token protocol, RFC 6749 section 5.1).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace boltseal::http {

/// Movable only, as it holds secrets.
struct TokenResponse {
  Secret token;                         ///< `token`, else `access_token`; printable ASCII
  Secret refresh_token;                 ///< empty when absent
  std::chrono::seconds expires_in{60};  ///< at least 60, as Docker's client does
  std::optional<Time> issued_at;
};

/// Parses the JSON body (at most limits::kTokenBytes); the text is wiped. bad_response when neither token
/// stands in it, or one holds bytes that cannot stand in a header.
Result<TokenResponse> parse_token_response(std::string body);

}  // namespace boltseal::http
