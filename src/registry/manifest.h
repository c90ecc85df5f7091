// Manifests are classified from their bytes alone (SECURITY rule 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"

namespace boltseal::registry {

enum class ManifestKind : std::uint8_t { docker_image, docker_list, oci_image, oci_index };

inline constexpr std::string_view kDockerImage = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kOciImage = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";

std::string_view media_type_of(ManifestKind kind);
inline bool is_index(ManifestKind k) {
  return k == ManifestKind::docker_list || k == ManifestKind::oci_index;
}

/// Text members come from outside: escape before showing.
struct Descriptor {
  std::string media_type;
  Digest digest;
  std::int64_t size = 0;
};

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string os_version;
  bool operator==(const Platform&) const = default;
};
/// "linux/arm64/v8"; bad_name ("os/arch[/variant]", both given; "arm64" alone is refused).
Result<Platform> parse_platform(std::string_view text);
std::string to_string(const Platform& platform);

/// An edge from verified index bytes to one manifest. Attestations have no platform ("unknown/unknown").
struct Edge {
  Descriptor descriptor;
  std::optional<Platform> platform;
  std::string artifact_type;
};

struct Manifest {
  ManifestKind kind = ManifestKind::oci_image;
  Digest digest;          ///< our own SHA-256 of the bytes
  std::int64_t size = 0;  ///< of the bytes
  std::string artifact_type;
  std::optional<Descriptor> config;   ///< images
  std::vector<Descriptor> layers;     ///< images
  std::vector<Edge> edges;            ///< indexes
  std::optional<Descriptor> subject;  ///< confers nothing

  std::string_view media_type() const { return media_type_of(kind); }
  /// First edge whose platform fits: os and architecture equal, variant equal or empty where asked empty.
  const Edge* edge_for(const Platform& platform) const;
};

/// Refuses (bad_manifest): not strict JSON, duplicate keys, `manifests` together with `layers` or `config`,
/// neither of them, schema version 1 or any but 2, a `mediaType` that is missing for Docker's forms or
/// disagrees with the content, bad digests or sizes, descriptors with another digest algorithm than SHA-256.
/// limit_exceeded over limits::kManifestBytes. A header's type is compared when given: media_type_differs.
Result<Manifest> parse_manifest(std::string bytes, std::string_view header_media_type = {});

}  // namespace boltseal::registry
