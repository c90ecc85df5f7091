// The one place that decides whether a request may go on: who asks, at which rate, with which rights.
//
//   loop thread:   fast_pass() before the serving cache, screen() before a body is read: never block
//   worker thread: admit(): may verify a password, may read changed files
//
// Credentials: an Authorization header of a scheme that is configured decides, else a client certificate that
// a rule names, else nobody (who may read, if the config says so). Thread safe after load().
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "http/server/request.h"
#include "server/api_error.h"
#include "server/auth/access.h"
#include "server/auth/basic_auth.h"
#include "server/auth/client_address.h"
#include "server/auth/client_certificates.h"
#include "server/auth/options.h"
#include "server/auth/rate_limit.h"
#include "server/auth/token_auth.h"

namespace boltseal::server {

/// What was found out about a request on its way. Never whether it may: rights are asked anew at each step,
/// because the first one (before the cache) asks for less than the last.
struct Visit {
  IdentityPtr identity;  ///< null: not known yet
  bool client_counted = false;
  bool identity_counted = false;
};

class Gate {
 public:
  Gate(AuthOptions options, const RateLimitOptions& limits, const Clock& clock);

  /// Reads the files; before the first request, and again at SIGHUP. bad_config and those of reading a file:
  /// what was loaded before goes on.
  Result<void> load();

  bool authenticates() const { return options_.on(); }
  bool limits() const { return client_limit_.on() || identity_limit_.on(); }
  /// Whether every request may simply be answered.
  bool open() const { return !authenticates() && !limits(); }
  const AuthOptions& options() const { return options_; }

  /// True: the answer may be given at once. False: screen() and admit() will say.
  bool fast_pass(const http::RequestHead& head, const Need& need, Visit& visit);
  /// The refusal, where the head is enough for it.
  std::optional<ApiError> screen(const http::RequestHead& head, const Need& need, Visit& visit);
  /// The decision. UNAUTHORIZED, DENIED, TOOMANYREQUESTS.
  ApiResult<void> admit(const http::RequestHead& head, const Need& need, Visit& visit);

  /// The address that limits count, as text; empty where it is unknown.
  std::string client_of(const http::RequestHead& head) const;

 private:
  enum class Scheme : std::uint8_t { none, bearer, basic, unclear };
  struct Credentials {
    Scheme scheme = Scheme::none;
    std::string_view text;
  };
  Credentials credentials_of(const http::RequestHead& head) const;
  IdentityPtr known(const http::RequestHead& head, const Credentials& credentials);
  Result<IdentityPtr> verify(const Credentials& credentials);
  IdentityPtr without_credentials(const http::RequestHead& head);
  std::optional<ApiError> count(const http::RequestHead& head, Visit& visit);
  std::optional<ApiError> judge(const http::RequestHead& head, const Need& need, Visit& visit);
  std::int64_t wait_for_guess(const http::RequestHead& head, const Credentials& credentials);
  ApiError refuse_credentials(const http::RequestHead& head, const Need& need, const Error& why);
  std::optional<Sha256> client_key(const http::RequestHead& head) const;
  bool may_trust_files() const;
  void look_at_files();

  AuthOptions options_;
  const Clock& clock_;
  std::vector<std::string> proxy_texts_;
  TrustedProxies proxies_;
  std::unique_ptr<TokenAuth> token_;
  std::unique_ptr<BasicAuth> basic_;
  std::unique_ptr<ClientCertificates> certificates_;
  IdentityPtr nobody_;
  RateLimit client_limit_, identity_limit_, failure_limit_;
  std::atomic<std::int64_t> next_look_{0};
};

}  // namespace boltseal::server
