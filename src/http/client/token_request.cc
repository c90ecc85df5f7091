#include "http/client/token_request.h"

#include <fmt/core.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"

namespace boltseal::http {
namespace {

constexpr std::chrono::milliseconds kTokenDeadline{30'000};

std::shared_ptr<const Secret> authorization(std::string_view scheme, std::string_view text) {
  auto value = std::make_shared<Secret>(scheme.size() + text.size());
  std::copy(scheme.begin(), scheme.end(), value->data());
  std::copy(text.begin(), text.end(), value->data() + scheme.size());
  return value;
}

Request bounded(Request request) {
  request.body_limit = limits::kTokenBytes;
  request.deadline = kTokenDeadline;
  return request;
}

}  // namespace

std::shared_ptr<const Secret> basic_authorization(std::string_view user, const Secret& password) {
  std::string pair(user);
  pair += ':';
  pair += password.text();
  std::string encoded = base64_encode(as_bytes(pair));
  auto value = authorization("Basic ", encoded);
  wipe_string(pair);
  wipe_string(encoded);
  return value;
}

std::shared_ptr<const Secret> bearer_authorization(const Secret& token) {
  return authorization("Bearer ", token.text());
}

Request token_get_request(const TokenQuestion& question, const Credential& credential) {
  Url url = question.realm;
  if (!credential.username.empty()) url = url.with_parameter("account", credential.username);
  for (const auto& scope : question.scopes) url = url.with_parameter("scope", scope);
  if (!question.service.empty()) url = url.with_parameter("service", question.service);
  Request request(std::move(url));
  if (!credential.identity_token.empty()) {
    request.authorization = basic_authorization(credential.username, credential.identity_token);
  } else if (!credential.username.empty()) {
    request.authorization = basic_authorization(credential.username, credential.password);
  }
  return bounded(std::move(request));
}

Request token_post_request(const TokenQuestion& question, const Credential& credential) {
  Request request(question.realm);
  request.method = "POST";
  request.has_body = true;
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  std::string scopes;
  for (const auto& scope : question.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  auto token = percent_encode(credential.identity_token.text());
  request.body = "client_id=docker&grant_type=refresh_token&refresh_token=" + token +
                 "&scope=" + percent_encode(scopes) + "&service=" + percent_encode(question.service);
  wipe_string(token);
  return bounded(std::move(request));
}

Result<TokenResponse> read_token_answer(const Request& request, Response answer,
                                        const std::string& registry_host) {
  if (answer.status == 200) {
    auto token = parse_token_response(std::move(answer.body));
    if (!token) return fail(std::move(token).error().within(describe(request)));
    return token;
  }
  const auto what = fmt::format("{}: the token server answered {}: {}", describe(request), answer.status,
                                escape_untrusted(answer.body));
  const auto log_in = "check the credentials: docker login " + escape_untrusted(registry_host);
  switch (answer.status) {
    case 400:  // RFC 6749 section 5.2: invalid_grant
    case 401:
      return fail(ErrorCode::unauthorized, what, log_in);
    case 403:
      return fail(ErrorCode::forbidden, what, log_in);
    case 429:
      return fail(ErrorCode::too_many_requests, what, "try again later");
    default:
      return fail(answer.status >= 500 ? ErrorCode::server_error : ErrorCode::bad_response, what);
  }
}

}  // namespace boltseal::http
