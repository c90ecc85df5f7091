// Signs a tag: says that it means this digest. The digest comes from whoever built the image, never silently
// from what the registry answers (SECURITY rule 4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "client/environment.h"
#include "client/publish.h"
#include "client/subject.h"
#include "keys/key_store.h"
#include "registry/manifest.h"

namespace boltseal::client {

/// Where the digest came from; written into the target's custom data when it was the registry's answer.
enum class DigestSource : std::uint8_t { producer, resolved_tag, person };

struct Image {
  Digest digest;
  std::int64_t size = 0;   ///< bytes of the manifest
  std::string media_type;  ///< from the bytes; empty: not known
  DigestSource source = DigestSource::producer;
};

/// The image behind a digest from its producer: its manifest is fetched and hashed. image_not_found: push
/// first.
Result<Image> image_of_digest(Environment& environment, const registry::Reference& repository,
                              const Digest& digest, const std::vector<std::string>& insecure);
/// What the registry answers under the tag now, with the time when the image was created (may be empty).
struct Resolved {
  Image image;
  std::string created;
};
Result<Resolved> image_of_tag(Environment& environment, const registry::Reference& reference,
                              const std::vector<std::string>& insecure);
/// Digest from a file that a build wrote: an iidfile ("sha256:...") or buildx metadata
/// ("containerimage.digest"). bad_format.
Result<Digest> digest_from_file(const std::string& path);

/// Signs with the roles named, or those of choose_roles(). bad_name: a reserved tag (SECURITY rule 18).
Result<Published> sign(Environment& environment, keys::KeyStore& keys, const Gun& gun, const std::string& tag,
                       const Image& image, const std::vector<RoleName>& roles);

}  // namespace boltseal::client
