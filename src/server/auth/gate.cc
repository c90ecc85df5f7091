#include "server/auth/gate.h"

#include "base/log.h"
#include "crypto/digest.h"
#include "server/auth/challenge.h"

namespace boltseal::server {
namespace {

IdentityPtr make_nobody(bool may_pull) {
  auto nobody = std::make_shared<Identity>();
  if (may_pull) nobody->grants.push_back({std::string(kRepository), "**", kPull, true, {}});
  return nobody;
}

Sha256 key_of(const Identity& identity) {
  return crypto::sha256(std::string(name_of(identity.source)) + ":" + identity.name);
}

}  // namespace

Gate::Gate(AuthOptions options, const RateLimitOptions& limits, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      proxy_texts_(limits.trusted_proxies),
      nobody_(make_nobody(options_.anonymous_pull)),
      client_limit_(limits.client, clock),
      identity_limit_(limits.identity, clock),
      failure_limit_(options_.on() ? limits.failures : Rate{}, clock) {
  if (options_.token) token_ = std::make_unique<TokenAuth>(*options_.token, clock);
  if (options_.basic) basic_ = std::make_unique<BasicAuth>(*options_.basic, clock);
  if (!options_.certificates.empty())
    certificates_ = std::make_unique<ClientCertificates>(options_.certificates, clock);
}

Result<void> Gate::load() {
  if (!proxy_texts_.empty() && proxies_.empty()) proxies_ = BS_TRY(TrustedProxies::parse(proxy_texts_));
  if (token_) BS_TRY(token_->load());
  if (basic_) BS_TRY(basic_->load());
  if (certificates_) BS_TRY(certificates_->load());
  next_look_.store((clock_.now() + options_.look_at_files).time_since_epoch().count());
  return {};
}

/// Until then nobody may be told from memory that he is known: a file may have changed.
bool Gate::may_trust_files() const {
  if (!token_ && !basic_) return true;
  return clock_.now().time_since_epoch().count() < next_look_.load(std::memory_order_relaxed);
}

void Gate::look_at_files() {
  const auto now = clock_.now();
  auto due = next_look_.load();
  const auto next = (now + options_.look_at_files).time_since_epoch().count();
  if (now.time_since_epoch().count() < due) return;
  // Two that look at once read the files twice; nobody goes on before they are read.
  if (token_) token_->look();
  if (basic_) basic_->look();
  next_look_.compare_exchange_strong(due, next);
}

/// As Docker's registry: scheme, exactly one space, the rest. Two headers could be read as either.
Gate::Credentials Gate::credentials_of(const http::RequestHead& head) const {
  const std::string_view header = head.header("Authorization");
  if (header.empty()) return {};
  if (head.count("Authorization") > 1) return {Scheme::unclear, {}};
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos || header.find(' ', space + 1) != std::string_view::npos) return {};
  const std::string_view scheme = header.substr(0, space);
  if (token_ && http::equal_ignoring_case(scheme, "bearer"))
    return {Scheme::bearer, header.substr(space + 1)};
  if (basic_ && http::equal_ignoring_case(scheme, "basic")) return {Scheme::basic, header.substr(space + 1)};
  return {};
}

IdentityPtr Gate::without_credentials(const http::RequestHead& head) {
  if (certificates_ && head.peer != nullptr) {
    if (auto identity = certificates_->find(head.peer->client_certificate_der)) return identity;
  }
  return nobody_;
}

IdentityPtr Gate::known(const http::RequestHead& head, const Credentials& credentials) {
  switch (credentials.scheme) {
    case Scheme::none:
      return without_credentials(head);
    case Scheme::bearer:
      return may_trust_files() ? token_->known(credentials.text) : nullptr;
    case Scheme::basic:
      return may_trust_files() ? basic_->known(credentials.text) : nullptr;
    case Scheme::unclear:
      break;
  }
  return nullptr;
}

Result<IdentityPtr> Gate::verify(const Credentials& credentials) {
  if (credentials.scheme == Scheme::bearer) return token_->verify(credentials.text);
  if (credentials.scheme == Scheme::basic) return basic_->verify(credentials.text);
  return fail(ErrorCode::unauthorized, "several Authorization headers");
}

std::optional<Sha256> Gate::client_key(const http::RequestHead& head) const {
  const auto address = proxies_.client_of(head);
  return address ? std::optional(address->client_key()) : std::nullopt;
}

std::string Gate::client_of(const http::RequestHead& head) const {
  const auto address = proxies_.client_of(head);
  return address ? address->str() : std::string();
}

std::optional<ApiError> Gate::count(const http::RequestHead& head, Visit& visit) {
  if (visit.client_counted || !client_limit_.on()) return std::nullopt;
  const auto key = client_key(head);
  const std::int64_t wait = key ? client_limit_.take(*key) : 0;
  if (wait > 0) return too_many_requests(wait);
  visit.client_counted = true;
  return std::nullopt;
}

/// What the rights say, then the limit of the identity.
std::optional<ApiError> Gate::judge(const http::RequestHead& head, const Need& need, Visit& visit) {
  const Identity& who = *visit.identity;
  if (!allows(who, need)) {
    const bool more_helps = who.source == Source::anonymous || who.source == Source::certificate;
    if (who.source == Source::token)
      return login_needed(options_, need, head.host, Complaint::insufficient_scope);
    return more_helps ? login_needed(options_, need, head.host, Complaint::none) : not_allowed(need);
  }
  if (identity_limit_.on() && who.source != Source::anonymous && !visit.identity_counted) {
    if (const std::int64_t wait = identity_limit_.take(key_of(who)); wait > 0) return too_many_requests(wait);
  }
  visit.identity_counted = true;
  return std::nullopt;
}

bool Gate::fast_pass(const http::RequestHead& head, const Need& need, Visit& visit) {
  if (count(head, visit)) return false;
  if (!authenticates()) return true;
  visit.identity = known(head, credentials_of(head));
  return visit.identity && !judge(head, need, visit);
}

std::optional<ApiError> Gate::screen(const http::RequestHead& head, const Need& need, Visit& visit) {
  if (need.kind == Need::Kind::nothing) return std::nullopt;
  if (auto refused = count(head, visit)) return refused;
  if (!authenticates()) return std::nullopt;
  const Credentials credentials = credentials_of(head);
  if (!visit.identity) visit.identity = known(head, credentials);
  if (!visit.identity && credentials.scheme == Scheme::bearer && head.method == http::Method::post &&
      may_trust_files()) {
    // To verify a token takes less than to read the body of one who has none.
    auto verified = verify(credentials);
    if (!verified) return refuse_credentials(head, need, verified.error());
    visit.identity = *verified;
  }
  return visit.identity ? judge(head, need, visit) : std::nullopt;
}

ApiResult<void> Gate::admit(const http::RequestHead& head, const Need& need, Visit& visit) {
  if (need.kind == Need::Kind::nothing) return {};
  if (auto refused = count(head, visit)) return tl::unexpected(std::move(*refused));
  if (!authenticates()) return {};
  look_at_files();
  if (!visit.identity) {
    const Credentials credentials = credentials_of(head);
    visit.identity = known(head, credentials);
    if (!visit.identity) {
      // Guessing is stopped before the next password costs another tenth of a second.
      if (const auto wait = wait_for_guess(head, credentials); wait > 0)
        return tl::unexpected(too_many_requests(wait));
      auto verified = verify(credentials);
      if (!verified) return tl::unexpected(refuse_credentials(head, need, verified.error()));
      visit.identity = *verified;
    }
  }
  if (auto refused = judge(head, need, visit)) return tl::unexpected(std::move(*refused));
  return {};
}

std::int64_t Gate::wait_for_guess(const http::RequestHead& head, const Credentials& credentials) {
  if (credentials.scheme != Scheme::basic) return 0;
  const auto key = client_key(head);
  return key ? failure_limit_.look(*key) : 0;
}

ApiError Gate::refuse_credentials(const http::RequestHead& head, const Need& need, const Error& why) {
  if (why.code() == ErrorCode::too_many_requests) return too_many_requests(1);
  const auto key = client_key(head);
  if (const std::int64_t wait = key ? failure_limit_.take(*key) : 0; wait > 0) return too_many_requests(wait);
  const bool bearer = credentials_of(head).scheme == Scheme::bearer;
  ApiError error =
      login_needed(options_, need, head.host, bearer ? Complaint::invalid_token : Complaint::none);
  error.reason = why.what();
  return error;
}

}  // namespace boltseal::server
