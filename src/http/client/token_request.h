// Requests to token servers (Docker registry v2 token protocol; OAuth2 for identity tokens). Builds and
// reads; sends nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "http/client/client.h"
#include "http/client/docker_config.h"
#include "http/token.h"

namespace boltseal::http {

/// What a Bearer challenge asks for.
struct TokenQuestion {
  Url realm;
  std::string service;
  std::vector<std::string> scopes;
};

/// "Basic <base64(user:password)>".
std::shared_ptr<const Secret> basic_authorization(std::string_view user, const Secret& password);
/// "Bearer <token>".
std::shared_ptr<const Secret> bearer_authorization(const Secret& token);

/// GET form: account (with a user), one `scope` for each scope, service; Basic with a user, else anonymous.
Request token_get_request(const TokenQuestion& question, const Credential& credential);
/// POST form of an identity token: client_id=docker, grant_type=refresh_token, scopes joined by blanks.
Request token_post_request(const TokenQuestion& question, const Credential& credential);

/// The token of an answer. Errors: unauthorized (400, 401 of the POST form too), forbidden,
/// too_many_requests, server_error, bad_response. The body of a refusal is shown escaped.
Result<TokenResponse> read_token_answer(const Request& request, Response answer,
                                        const std::string& registry_host);

}  // namespace boltseal::http
