// What a config says about who may do what. Values alone; the files that they name are read by Gate::load().
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace boltseal::server {

/// Docker registry token authentication (NOTARY-SERVER.md 2.9). `realm`, `service` and `issuer` are required,
/// and at least one of the two files.
struct TokenAuthOptions {
  std::string realm;             ///< URL of the token server
  std::string service;           ///< the `aud` of tokens
  std::string issuer;            ///< the `iss` of tokens
  std::string root_cert_bundle;  ///< PEM file
  std::string jwks;              ///< file with a JSON Web Key Set
  bool autoredirect = false;     ///< realm https://<Host>/auth/token, for the hosts below alone
  std::vector<std::string>
      redirect_hosts;  ///< without port, any case (default: names of the TLS certificate)
};

/// htpasswd file with bcrypt entries.
struct BasicAuthOptions {
  std::string realm = "boltseal";
  std::string htpasswd;
  std::vector<std::string> admins;  ///< may do everything
  /// Scopes by user, in place of the default "repository:**:pull,push"; see parse_grant().
  std::map<std::string, std::vector<std::string>> scopes;
};

/// Rights of those who show a certificate that the listener's client CA has verified. The first rule that
/// fits counts.
struct CertificateRule {
  enum class By : std::uint8_t { any, subject, common_name, dns, email, uri };
  By by = By::any;
  std::string value;  ///< compared byte by byte (dns: any case); subject: RFC 4514; empty: `any`
  std::vector<std::string> scopes;
};

struct AuthOptions {
  std::optional<TokenAuthOptions> token;
  std::optional<BasicAuthOptions> basic;
  std::vector<CertificateRule> certificates;
  bool anonymous_pull = false;            ///< who shows nothing may read every repository
  bool guard_metrics = false;             ///< /metrics needs registry:catalog:*
  std::chrono::seconds look_at_files{5};  ///< changed files are noticed at the latest after this

  /// Without any of them every request is answered.
  bool on() const { return token || basic || !certificates.empty(); }
};

/// A token bucket. per_second 0: no limit.
struct Rate {
  double per_second = 0;
  double burst = 0;  ///< at least 1 where there is a limit
};

struct RateLimitOptions {
  Rate client;           ///< requests of one address (IPv6: one /64)
  Rate identity;         ///< requests of one user, token subject or certificate
  Rate failures{1, 60};  ///< credentials of one address that were refused
  /// "10.0.0.0/8", "::1": their X-Forwarded-For is believed; nobody else's.
  std::vector<std::string> trusted_proxies;
};

struct AccessLogOptions {
  bool on = false;
  std::string file;  ///< appended to, made with mode 0600; empty: stderr, among the daemon's events
};

}  // namespace boltseal::server
