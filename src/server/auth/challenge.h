// The answers to those who may not: 401 with challenges as Docker's registry writes them (NOTARY-SERVER.md
// 2.9), 403, 429.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/api_error.h"
#include "server/auth/access.h"
#include "server/auth/options.h"

namespace boltseal::server {

enum class Complaint : std::uint8_t { none, invalid_token, insufficient_scope };

/// 401 UNAUTHORIZED with a WWW-Authenticate for each way to log in, 403 DENIED where the config has none.
/// `host` is the request's Host, used in a realm only if it is listed.
ApiError login_needed(const AuthOptions& options, const Need& need, std::string_view host,
                      Complaint complaint);
/// 403 DENIED: who asks is known, and may not.
ApiError not_allowed(const Need& need);
/// 429 TOOMANYREQUESTS with Retry-After.
ApiError too_many_requests(std::int64_t seconds);

/// The realm that a challenge names.
std::string realm_for(const TokenAuthOptions& options, std::string_view host);

}  // namespace boltseal::server
