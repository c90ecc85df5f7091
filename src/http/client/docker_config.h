// Docker's config.json, as far as trust needs it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace boltseal::http {

/// What is known about the user at one registry. Movable only.
struct Credential {
  std::string username;
  Secret password;
  Secret identity_token;  ///< OAuth2 refresh token
  Secret registry_token;  ///< bearer token for the registry itself

  bool is_anonymous() const { return username.empty() && identity_token.empty() && registry_token.empty(); }
  Credential clone() const;
};

struct DockerConfig {
  std::map<std::string, Credential> auths;          ///< by the key as written
  std::map<std::string, std::string> cred_helpers;  ///< registry host -> helper name
  std::string creds_store;
  std::string current_context;

  /// bad_config with the place. Unknown members are skipped; `auth` is base64("user:password"), a trailing
  /// NUL is cut as Docker does. An empty text is an empty configuration.
  static Result<DockerConfig> parse(std::string text);
  /// Reads <directory>/config.json; a missing file is an empty configuration. io_error, bad_config.
  static Result<DockerConfig> load(const std::string& directory);
};

/// DOCKER_CONFIG, else <home>/.docker. `docker_config` may be nullptr.
std::string docker_config_directory(const char* docker_config, const std::string& home);

}  // namespace boltseal::http
