// Client of OCI registries (distribution specification 1.1, docker-registry 2.8): manifests and blobs.
// Bytes that are fetched are hashed by us. Errors beside those of the HTTP client: image_not_found (404 with
// all four Accept types asked), unauthorized, forbidden, too_many_requests, server_error, bad_response,
// digest_differs (bytes or the registry's answer are not what was named), bad_manifest.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "http/client/authenticated.h"
#include "registry/manifest.h"
#include "registry/reference.h"

namespace boltseal::registry {

struct RegistryOptions {
  /// Hosts (host[:port]) that may be asked without a checked certificate or over plain HTTP; loopback hosts
  /// always may, as with Docker.
  std::vector<std::string> insecure_hosts;
  int retries = 3;                          ///< of reads answered 5xx
  std::chrono::milliseconds back_off{100};  ///< doubled at each retry
};

struct FetchedManifest {
  std::string bytes;
  Manifest manifest;
};

/// Used by one thread at a time; keeps a reference to the HTTP client.
class RegistryClient {
 public:
  explicit RegistryClient(http::AuthenticatedClient& http, RegistryOptions options = {});
  ~RegistryClient();
  RegistryClient(const RegistryClient&) = delete;
  RegistryClient& operator=(const RegistryClient&) = delete;

  /// Digest that a tag names now, by HEAD: what the registry says, not verified. GET and our own hash where
  /// the answer has no usable digest. The reference must have a tag or a digest.
  Result<Descriptor> resolve(const Reference& reference);
  /// Manifest of a tag (digest = our hash of the bytes) or of a digest (the bytes are that digest's). With
  /// both, the digest is asked.
  Result<FetchedManifest> manifest(const Reference& reference);
  /// Puts exact bytes under a tag or digest; the returned digest is compared with ours.
  Result<Digest> put_manifest(const Reference& reference, std::string_view bytes,
                              std::string_view media_type);

  Result<bool> has_blob(const Reference& repository, const Digest& digest);
  Result<std::string> blob(const Reference& repository, const Digest& digest, std::size_t limit);
  /// Uploads in one piece (POST, PUT); nothing is sent when it is there already.
  Result<Digest> put_blob(const Reference& repository, std::string_view bytes);
  /// `created` of an image's configuration, as written; empty where it has none.
  Result<std::string> creation_time(const Reference& repository, const Manifest& image);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::registry
