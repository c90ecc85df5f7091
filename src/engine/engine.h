// Docker Engine API, read side: versions, local images, and what the engine sees in a registry. Errors beside
// those of the HTTP client: image_not_found, bad_response, server_error with the engine's own message.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "engine/endpoint.h"
#include "http/client/client.h"
#include "registry/manifest.h"
#include "registry/reference.h"

namespace boltseal::engine {

struct ApiVersion {
  int major = 1;
  int minor = 41;
  auto operator<=>(const ApiVersion&) const = default;
};
Result<ApiVersion> parse_api_version(std::string_view text);  ///< "1.41"; bad_response
inline constexpr ApiVersion kNewestApi{1, 48};                ///< Descriptor of images
inline constexpr ApiVersion kOldestApi{1, 24};

/// A local image. Text comes from outside.
struct Image {
  std::string id;
  std::vector<std::string> repo_digests;  ///< "127.0.0.1:5000/app@sha256:..."
  std::vector<std::string> repo_tags;
  std::string created;
  std::optional<registry::Descriptor> descriptor;  ///< containerd image store, API 1.48

  /// The digest that the image has in a repository: from repo_digests, else the descriptor.
  std::optional<Digest> digest_in(const registry::Reference& repository) const;
};

/// Used by one thread at a time.
class Engine {
 public:
  /// `client` must be made with the endpoint's TLS files and outlive the engine.
  Engine(http::Client& client, Endpoint endpoint);

  /// API version both sides speak: the lesser of ours and the server's Api-Version; asked once.
  /// bad_response where the server is older than kOldestApi or demands a newer one.
  Result<ApiVersion> version();
  Result<Image> inspect_image(const std::string& reference);
  /// The engine asks the registry; `registry_auth` is the X-Registry-Auth value (see registry_auth_header).
  Result<registry::Descriptor> inspect_distribution(const registry::Reference& reference,
                                                    const std::string& registry_auth);

 private:
  Result<http::Response> get(const std::string& path, const std::vector<http::Header>& headers);
  http::Client& client_;
  Endpoint endpoint_;
  std::optional<ApiVersion> version_;
};

/// base64url JSON of a credential as the engine wants it; "e30=" for anonymous.
std::string registry_auth_header(const http::Credential& credential, const std::string& server);

}  // namespace boltseal::engine
