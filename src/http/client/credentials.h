// Where credentials come from: Docker's config.json with its helper programs, NOTARY_AUTH, a person.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client/docker_config.h"

namespace boltseal::http {

/// Used by one thread at a time.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// Credentials for a registry host ("127.0.0.1:5000", "docker.io"); anonymous when there are none.
  virtual Result<Credential> find(const std::string& registry_host) = 0;
};

/// Key of a registry host in config.json and for helpers: "https://index.docker.io/v1/" for Docker Hub under
/// any of its names, else the host itself.
std::string credential_key(std::string_view registry_host);

/// Never any credentials.
std::unique_ptr<CredentialSource> no_credentials();

/// As Docker: credHelpers[host], then credsStore, then auths (a key may be written as a URL: its host
/// counts). Answers are kept for the life of the source. Helper errors: bad_config (name, missing program),
/// timed_out, limit_exceeded, bad_response.
std::unique_ptr<CredentialSource> docker_credentials(DockerConfig config);

/// NOTARY_AUTH: base64("user:password"). bad_config with notary's texts.
Result<Credential> parse_notary_auth(std::string_view value);

/// The same credentials for every host.
std::unique_ptr<CredentialSource> fixed_credentials(Credential credential);

/// Runs `docker-credential-<name> get` (found on PATH, no shell), `server` on its input. Name: letters,
/// digits, '.', '_', '-', at most 64, no leading '-' or '.'. Output is bounded (limits::kTokenBytes).
/// "credentials not found" gives anonymous; username "<token>" an identity token.
Result<Credential> run_credential_helper(std::string_view name, const std::string& server,
                                         std::chrono::milliseconds deadline);

}  // namespace boltseal::http
