#include "http/client/credentials.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "http/client/helper_process.h"
#include "json/reader.h"

namespace boltseal::http {
namespace {

constexpr std::string_view kHubKey = "https://index.docker.io/v1/";
constexpr std::chrono::seconds kHelperDeadline{60};  // a helper may ask a person

class NoCredentials final : public CredentialSource {
 public:
  Result<Credential> find(const std::string& /*registry_host*/) override { return Credential(); }
};

class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(Credential credential) : credential_(std::move(credential)) {}
  Result<Credential> find(const std::string& /*registry_host*/) override { return credential_.clone(); }

 private:
  Credential credential_;
};

/// Docker's ConvertToHostname: keys of old configurations are URLs.
std::string_view host_of_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  return key.substr(0, key.find('/'));
}

class DockerCredentials final : public CredentialSource {
 public:
  explicit DockerCredentials(DockerConfig config) : config_(std::move(config)) {}

  Result<Credential> find(const std::string& registry_host) override {
    const auto key = credential_key(registry_host);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second.clone();
    auto found = BS_TRY(look_up(key));
    return known_.emplace(key, std::move(found)).first->second.clone();
  }

 private:
  Result<Credential> look_up(const std::string& key) const {
    const auto helper = config_.cred_helpers.find(key);
    if (helper != config_.cred_helpers.end() && !helper->second.empty())
      return from_helper(helper->second, key);
    if (!config_.creds_store.empty()) return from_helper(config_.creds_store, key);
    return from_file(key);
  }

  /// Docker's native store takes tokens from the helper and nothing from the file.
  static Result<Credential> from_helper(const std::string& name, const std::string& key) {
    return run_credential_helper(name, key, kHelperDeadline);
  }

  Result<Credential> from_file(const std::string& key) const {
    const auto exact = config_.auths.find(key);
    if (exact != config_.auths.end()) return exact->second.clone();
    for (const auto& [name, credential] : config_.auths) {
      if (host_of_key(name) == host_of_key(key)) return credential.clone();
    }
    return Credential();
  }

  DockerConfig config_;
  std::map<std::string, Credential> known_;
};

Result<Credential> parse_helper_answer(std::string text, const std::string& program) {
  json::ReadLimits limits;
  limits.bytes = limits::kTokenBytes;
  limits.depth = 8;
  limits.nodes = 256;
  auto document = json::Document::parse(std::move(text), limits);
  if (!document || !document->root().is_object())
    return fail(ErrorCode::bad_response, program + " did not answer with a JSON object");
  Credential out;
  const auto* user = document->root().find("Username");
  const auto* secret = document->root().find("Secret");
  const bool complete = user != nullptr && user->is_string() && secret != nullptr && secret->is_string();
  if (complete && user->as_string() == "<token>") {
    out.identity_token = Secret::of_text(secret->as_string());
  } else if (complete) {
    out.username = user->as_string();
    out.password = Secret::of_text(secret->as_string());
  }
  auto& held = const_cast<std::string&>(document->text());  // the secret in clear; no view is used after this
  wipe_memory(held.data(), held.size());
  if (!complete) return fail(ErrorCode::bad_response, program + " answered without Username and Secret");
  return out;
}

bool is_helper_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '-' || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

std::string credential_key(std::string_view registry_host) {
  if (registry_host == "docker.io" || registry_host == "index.docker.io" ||
      registry_host == "registry-1.docker.io")
    return std::string(kHubKey);
  return std::string(registry_host);
}

std::unique_ptr<CredentialSource> no_credentials() { return std::make_unique<NoCredentials>(); }

std::unique_ptr<CredentialSource> docker_credentials(DockerConfig config) {
  return std::make_unique<DockerCredentials>(std::move(config));
}

std::unique_ptr<CredentialSource> fixed_credentials(Credential credential) {
  return std::make_unique<FixedCredentials>(std::move(credential));
}

Result<Credential> parse_notary_auth(std::string_view value) {
  static constexpr std::string_view kHint = "NOTARY_AUTH must be the base64 of <username>:<password>";
  while (value.ends_with('\n') || value.ends_with(' ')) value.remove_suffix(1);
  auto decoded = base64_decode(value);
  if (!decoded)
    return fail(ErrorCode::bad_config, "Could not base64-decode authentication string", std::string(kHint));
  const auto text = as_text(*decoded);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return fail(ErrorCode::bad_config,
                "Malformatted authentication string; format must be <username>:<password>",
                std::string(kHint));
  if (colon == 0)
    return fail(ErrorCode::bad_config, "Authentication string with zero-length username", std::string(kHint));
  Credential out;
  out.username = text.substr(0, colon);
  out.password = Secret::of_text(text.substr(colon + 1));
  wipe_memory(decoded->data(), decoded->size());
  return out;
}

Result<Credential> run_credential_helper(std::string_view name, const std::string& server,
                                         std::chrono::milliseconds deadline) {
  if (!is_helper_name(name)) {
    return fail(ErrorCode::bad_config, "credential helper has a bad name: \"" + escape_untrusted(name) + "\"",
                "names are letters, digits, '.', '_' and '-'");
  }
  const auto program = "docker-credential-" + std::string(name);
  auto run = run_helper({program, "get"}, server, limits::kTokenBytes, deadline);
  if (!run && run.error().code() == ErrorCode::not_found) {
    return fail(ErrorCode::bad_config,
                "Docker's config.json names the credential helper " + program + ", which is not on the PATH",
                "install it, or remove it from credsStore and credHelpers");
  }
  if (!run) return fail(std::move(run).error().within("credentials of " + escape_untrusted(server)));
  if (run->status != 0) {
    // docker-credential-helpers' fixed text; anything else is a failure that must not pass for "anonymous".
    if (run->out.text().find("credentials not found in native keychain") != std::string_view::npos)
      return Credential();
    return fail(ErrorCode::bad_config,
                program + " failed for " + escape_untrusted(server) + " with status " +
                    std::to_string(run->status) + ": " + escape_untrusted(run->out.text()),
                "try: echo " + escape_untrusted(server) + " | " + program + " get");
  }
  std::string text;
  text.reserve(run->out.size() + json::Document::kPadding);
  text = run->out.text();
  return parse_helper_answer(std::move(text), program);
}

}  // namespace boltseal::http
