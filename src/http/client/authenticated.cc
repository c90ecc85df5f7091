#include "http/client/authenticated.h"

#include <algorithm>

#include "base/untrusted.h"
#include "http/client/token_request.h"

namespace boltseal::http {
namespace {

using Authorization = std::shared_ptr<const Secret>;

constexpr std::size_t kMaxTokens = 1024;
constexpr std::chrono::seconds kExpiryMargin{5};

/// How an origin wants to be asked, learnt from its answers.
struct Door {
  enum class Kind { open, basic, bearer };
  Kind kind = Kind::open;
  std::optional<Url> realm;
  std::string service;
  std::string scope;  // of the challenge; used where the caller names none
};

struct Token {
  Authorization authorization;
  Time expires;
};

/// Passwords and identity tokens travel encrypted to a checked certificate, or stay on this machine.
bool may_carry_secrets(const Request& request, const Url& to) {
  if (to.is_loopback() && request.url.is_loopback()) return true;
  return to.is_https() && !(request.skip_certificate_check && to.same_origin(request.url));
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string value_of(const Challenge& challenge, std::string_view name) {
  const auto* value = challenge.find(name);
  return value == nullptr ? std::string() : *value;
}

Result<std::vector<Challenge>> challenges_of(const Response& response) {
  std::vector<Challenge> all;
  for (const auto& header : response.headers) {
    std::string name = header.name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name != "www-authenticate") continue;
    auto parsed = BS_TRY(parse_challenges(header.value));
    all.insert(all.end(), std::make_move_iterator(parsed.begin()), std::make_move_iterator(parsed.end()));
  }
  return all;
}

Result<Door> door_of(const Request& request, const std::vector<Challenge>& challenges) {
  const auto with_scheme = [&](std::string_view scheme) {
    return std::find_if(challenges.begin(), challenges.end(),
                        [&](const Challenge& c) { return c.scheme == scheme; });
  };
  Door door;
  const auto bearer = with_scheme("bearer");
  if (bearer == challenges.end()) {
    if (with_scheme("basic") == challenges.end()) {
      return fail(ErrorCode::unauthorized,
                  describe(request) + ": the server asks for the authentication scheme " +
                      escape_untrusted(challenges.front().scheme) + ", which is not supported");
    }
    door.kind = Door::Kind::basic;
    return door;
  }
  door.kind = Door::Kind::bearer;
  const auto realm = value_of(*bearer, "realm");
  auto url = Url::parse(realm);
  if (!url)
    return fail(ErrorCode::bad_response,
                describe(request) + ": the server names a bad token server: " + url.error().what());
  if (!url->is_https() && !(url->is_loopback() && request.url.is_loopback())) {
    return fail(
        ErrorCode::bad_response,
        describe(request) + ": the server names a token server without https: " + escape_untrusted(realm),
        "the server's realm must be an https:// address");
  }
  door.realm = std::move(*url);
  door.service = value_of(*bearer, "service");
  door.scope = value_of(*bearer, "scope");
  return door;
}

}  // namespace

struct AuthenticatedClient::State {
  State(Client& c, CredentialSource& s, const Clock& k) : client(c), credentials(s), clock(k) {}

  Client& client;
  CredentialSource& credentials;
  const Clock& clock;
  std::map<std::string, Door> doors;  // by origin
  std::map<std::string, Token> tokens;

  const Door* known_door(const Request& request) const {
    const auto found = doors.find(request.url.origin());
    return found == doors.end() ? nullptr : &found->second;
  }

  Result<Authorization> open(const Door& door, const Request& request, const Access& access, bool fresh);
  Result<Authorization> basic(const Request& request, const Access& access);
  Result<Authorization> bearer(const Door& door, const Request& request, const Access& access, bool fresh);
  Result<TokenResponse> fetch(const TokenQuestion& question, const Request& request, const Access& access,
                              const Credential& credential);
  Result<Request> prepared(const Request& request, const Access& access);
  Result<Response> after(const Request& sent, Result<Response> answer, const Access& access);
};

AuthenticatedClient::AuthenticatedClient(Client& client, CredentialSource& credentials, const Clock& clock)
    : state_(std::make_unique<State>(client, credentials, clock)) {}
AuthenticatedClient::~AuthenticatedClient() = default;

Result<Authorization> AuthenticatedClient::State::basic(const Request& request, const Access& access) {
  const auto credential = BS_TRY(credentials.find(access.registry_host));
  if (credential.username.empty()) {
    return fail(ErrorCode::unauthorized, describe(request) + ": no basic auth credentials",
                "log in first: docker login " + escape_untrusted(access.registry_host));
  }
  if (!may_carry_secrets(request, request.url)) {
    return fail(ErrorCode::unauthorized,
                describe(request) + ": the password is not sent without TLS or to an unchecked certificate",
                "give the server a certificate and its CA with --ca-file FILE");
  }
  return basic_authorization(credential.username, credential.password);
}

Result<TokenResponse> AuthenticatedClient::State::fetch(const TokenQuestion& question, const Request& request,
                                                        const Access& access, const Credential& credential) {
  const auto ask = [&](Request token_request) -> Result<std::pair<Request, Response>> {
    token_request.skip_certificate_check =
        request.skip_certificate_check && question.realm.same_origin(request.url);
    auto answer = client.send(token_request);
    wipe_string(token_request.body);
    if (!answer) return fail(std::move(answer).error().within("asking for a token"));
    return std::pair(std::move(token_request), std::move(*answer));
  };
  if (!credential.identity_token.empty()) {
    auto [asked, answer] = BS_TRY(ask(token_post_request(question, credential)));
    // Token servers without OAuth2 have no POST: they take the identity token as a password.
    if (answer.status != 404 && answer.status != 405)
      return read_token_answer(asked, std::move(answer), access.registry_host);
  }
  auto [asked, answer] = BS_TRY(ask(token_get_request(question, credential)));
  return read_token_answer(asked, std::move(answer), access.registry_host);
}

Result<Authorization> AuthenticatedClient::State::bearer(const Door& door, const Request& request,
                                                         const Access& access, bool fresh) {
  TokenQuestion question{*door.realm, door.service,
                         access.scopes.empty() ? words(door.scope) : access.scopes};
  auto sorted = question.scopes;
  std::sort(sorted.begin(), sorted.end());
  std::string key = request.url.origin() + '\n' + question.realm.str() + '\n' + question.service + '\n' +
                    access.registry_host;
  for (const auto& scope : sorted) key += '\n' + scope;
  const auto known = tokens.find(key);
  if (known != tokens.end() && !fresh && clock.now() < known->second.expires)
    return known->second.authorization;

  auto credential = BS_TRY(credentials.find(access.registry_host));
  if (!credential.is_anonymous() && !may_carry_secrets(request, question.realm)) credential = Credential();
  const auto token = BS_TRY(fetch(question, request, access, credential));
  if (tokens.size() >= kMaxTokens) tokens.clear();
  // Counted from the arrival by our clock: the server's issued_at would make each skewed clock ask again.
  Token kept{bearer_authorization(token.token), clock.now() + token.expires_in - kExpiryMargin};
  return tokens.insert_or_assign(key, std::move(kept)).first->second.authorization;
}

Result<Authorization> AuthenticatedClient::State::open(const Door& door, const Request& request,
                                                       const Access& access, bool fresh) {
  if (door.kind == Door::Kind::open) return nullptr;
  if (access.use_registry_token && door.kind == Door::Kind::bearer &&
      may_carry_secrets(request, request.url)) {
    const auto credential = BS_TRY(credentials.find(access.registry_host));
    if (!credential.registry_token.empty()) return bearer_authorization(credential.registry_token);
  }
  return door.kind == Door::Kind::basic ? basic(request, access) : bearer(door, request, access, fresh);
}

/// The request with the authorization that its origin is known to want.
Result<Request> AuthenticatedClient::State::prepared(const Request& request, const Access& access) {
  Request out = request;
  if (const auto* door = known_door(request)) out.authorization = BS_TRY(open(*door, request, access, false));
  return out;
}

/// Decides about an answer: passes it on, or answers the challenge and sends once more.
Result<Response> AuthenticatedClient::State::after(const Request& sent, Result<Response> answer,
                                                   const Access& access) {
  if (!answer) return answer;
  const auto origin = sent.url.origin();
  if (answer->status != 401) {
    doors.try_emplace(origin);
    return answer;
  }
  // After a redirect the 401 is another server's: it gets no secrets of this one.
  if (!answer->url.same_origin(sent.url)) return answer;
  const auto challenges = BS_TRY(challenges_of(*answer));
  if (challenges.empty()) return answer;
  auto door = BS_TRY(door_of(sent, challenges));
  auto authorization = BS_TRY(open(door, sent, access, sent.authorization != nullptr));
  doors.insert_or_assign(origin, std::move(door));
  if (sent.authorization && sent.authorization->text() == authorization->text()) return answer;
  Request again = sent;
  again.authorization = std::move(authorization);
  return client.send(again);
}

Result<Response> AuthenticatedClient::send(const Request& request, const Access& access) {
  const auto prepared = BS_TRY(state_->prepared(request, access));
  return state_->after(prepared, state_->client.send(prepared), access);
}

std::vector<Result<Response>> AuthenticatedClient::send_all(const std::vector<Request>& requests,
                                                            const Access& access) {
  std::vector<std::optional<Result<Response>>> answers(requests.size());
  std::vector<Request> batch;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (state_->known_door(requests[i]) == nullptr) {
      answers[i] = send(requests[i], access);
      continue;
    }
    auto prepared = state_->prepared(requests[i], access);
    if (!prepared) {
      answers[i] = fail(std::move(prepared).error());
      continue;
    }
    batch.push_back(std::move(*prepared));
    places.push_back(i);
  }
  auto sent = state_->client.send_all(batch);
  for (std::size_t i = 0; i < sent.size(); ++i)
    answers[places[i]] = state_->after(batch[i], std::move(sent[i]), access);
  std::vector<Result<Response>> out;
  out.reserve(answers.size());
  for (auto& answer : answers) out.push_back(std::move(*answer));
  return out;
}

}  // namespace boltseal::http
