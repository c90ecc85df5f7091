#include "registry/manifest.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "json/fields.h"
#include "json/reader.h"

namespace boltseal::registry {
namespace {

constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";

tl::unexpected<Error> bad(std::string what) {
  return fail(ErrorCode::bad_manifest, "manifest: " + std::move(what));
}

/// All names that Go programs read, those that mean nothing here too: json::Fields refuses other spellings.
constexpr std::string_view kManifestNames[] = {"schemaVersion", "mediaType", "config",       "layers",
                                               "manifests",     "subject",   "artifactType", "annotations",
                                               "name",          "tag",       "signatures",   "architecture",
                                               "fsLayers",      "history",   "blobs"};
constexpr std::string_view kDescriptorNames[] = {"mediaType",   "digest", "size",     "urls",
                                                 "annotations", "data",   "platform", "artifactType"};
constexpr std::string_view kPlatformNames[] = {"os",         "architecture", "variant",
                                               "os.version", "os.features",  "features"};

Result<json::Fields> fields_of(const json::Value& value, std::span<const std::string_view> known,
                               std::string path) {
  auto fields = json::Fields::of(value, known, std::move(path));
  if (!fields) return bad(fields.error().what());
  return fields;
}

template <typename T>
Result<T> as_bad(Result<T> result) {
  if (!result) return bad(result.error().what());
  return result;
}

Result<Descriptor> read_descriptor(const json::Fields& fields) {
  const auto type = BS_TRY(as_bad(fields.string("mediaType")));
  const auto text = BS_TRY(as_bad(fields.string("digest")));
  const auto digest = Digest::parse(text);
  if (!digest) return bad(fields.path_of("digest") + " is no sha256 digest: " + escape_untrusted(text, 80));
  const auto size = BS_TRY(as_bad(fields.integer("size", 0, limits::kMaxInteger)));
  return Descriptor{std::string(type), *digest, size};
}

Result<Descriptor> read_descriptor(const json::Value& value, std::string path) {
  return read_descriptor(BS_TRY(fields_of(value, kDescriptorNames, std::move(path))));
}

Result<std::optional<Platform>> read_platform(const json::Value* value, const std::string& path) {
  if (value == nullptr) return std::nullopt;
  const auto fields = BS_TRY(fields_of(*value, kPlatformNames, path));
  Platform out;
  out.os = BS_TRY(as_bad(fields.string("os")));
  out.architecture = BS_TRY(as_bad(fields.string("architecture")));
  out.variant = BS_TRY(as_bad(fields.optional_string("variant"))).value_or("");
  out.os_version = BS_TRY(as_bad(fields.optional_string("os.version"))).value_or("");
  if (out.os == "unknown" && out.architecture == "unknown") return std::nullopt;
  return out;
}

Result<void> read_index(const json::Fields& fields, Manifest& out) {
  const auto items = BS_TRY(as_bad(fields.array("manifests")));
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto path = "manifests[" + std::to_string(i) + "]";
    const auto entry = BS_TRY(fields_of(items[i], kDescriptorNames, path));
    Edge edge{BS_TRY(read_descriptor(entry)),
              BS_TRY(read_platform(entry.find("platform"), path + ".platform")),
              {}};
    edge.artifact_type = BS_TRY(as_bad(entry.optional_string("artifactType"))).value_or("");
    out.edges.push_back(std::move(edge));
  }
  return {};
}

Result<void> read_image(const json::Fields& fields, Manifest& out) {
  out.config = BS_TRY(read_descriptor(*BS_TRY(as_bad(fields.object("config"))), "config"));
  const auto layers = BS_TRY(as_bad(fields.array("layers")));
  for (std::size_t i = 0; i < layers.size(); ++i)
    out.layers.push_back(BS_TRY(read_descriptor(layers[i], "layers[" + std::to_string(i) + "]")));
  return {};
}

/// The kind from the content, then `mediaType` must agree.
Result<ManifestKind> kind_of(const json::Fields& fields) {
  const bool index = fields.find("manifests") != nullptr;
  const bool image = fields.find("layers") != nullptr || fields.find("config") != nullptr;
  if (index && image)
    return bad("holds manifests together with layers or config: it would be two things at once");
  if (!index && !image) return bad("holds neither manifests nor layers");
  const auto type = BS_TRY(as_bad(fields.optional_string("mediaType")));
  if (!type) {
    const auto* config = fields.find("config");
    const auto* config_type = config == nullptr ? nullptr : config->find("mediaType");
    if (config_type != nullptr && config_type->as_string() == kDockerConfig)
      return bad("has no mediaType, which Docker's form must have");
    return index ? ManifestKind::oci_index : ManifestKind::oci_image;
  }
  for (const auto kind : {ManifestKind::docker_image, ManifestKind::docker_list, ManifestKind::oci_image,
                          ManifestKind::oci_index}) {
    if (*type != media_type_of(kind)) continue;
    if (is_index(kind) != index)
      return bad("says that it is a " + std::string(*type) + ", but its content is not");
    return kind;
  }
  return bad("has the unknown mediaType " + escape_untrusted(*type));
}

Result<void> refuse_schema_1(const json::Fields& fields) {
  const auto version = BS_TRY(as_bad(fields.integer("schemaVersion")));
  if (version == 1) return bad("is of schema version 1, which cannot be verified");
  if (version != 2) return bad("has the unknown schema version " + std::to_string(version));
  for (const auto* name : {"fsLayers", "history", "signatures"}) {
    if (fields.find(name) != nullptr) return bad(std::string("holds ") + name + " of schema version 1");
  }
  return {};
}

Result<void> read(const json::Value& root, Manifest& out) {
  const auto fields = BS_TRY(fields_of(root, kManifestNames, ""));
  BS_TRY(refuse_schema_1(fields));
  out.kind = BS_TRY(kind_of(fields));
  out.artifact_type = BS_TRY(as_bad(fields.optional_string("artifactType"))).value_or("");
  if (const auto* subject = BS_TRY(as_bad(fields.optional_object("subject"))))
    out.subject = BS_TRY(read_descriptor(*subject, "subject"));
  return is_index(out.kind) ? read_index(fields, out) : read_image(fields, out);
}

/// Architectures as containerd normalises them.
Platform normalised(Platform p) {
  if (p.architecture == "x86_64" || p.architecture == "x86-64") p.architecture = "amd64";
  if (p.architecture == "aarch64") p.architecture = "arm64";
  if (p.architecture == "i386") p.architecture = "386";
  if (p.architecture == "armhf" || p.architecture == "armel") {
    p.variant = p.architecture == "armhf" ? "v7" : "v6";
    p.architecture = "arm";
  }
  return p;
}

/// "v7" is 7; absent is the default of the architecture; other text is -1.
int variant_rank(const Platform& p) {
  if (p.variant.empty())
    return p.architecture == "arm" ? 7 : p.architecture == "arm64" ? 8 : p.architecture == "amd64" ? 1 : 0;
  const std::string_view digits = std::string_view(p.variant).substr(p.variant.starts_with('v') ? 1 : 0);
  int rank = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
  return error == std::errc() && end == digits.data() + digits.size() ? rank : -1;
}

}  // namespace

std::string_view media_type_of(ManifestKind kind) {
  switch (kind) {
    case ManifestKind::docker_image:
      return kDockerImage;
    case ManifestKind::docker_list:
      return kDockerList;
    case ManifestKind::oci_image:
      return kOciImage;
    case ManifestKind::oci_index:
      return kOciIndex;
  }
  return {};
}

Result<Platform> parse_platform(std::string_view text) {
  Platform out;
  const auto wrong = [&] {
    return fail(ErrorCode::bad_name, "platform \"" + escape_untrusted(text) + "\" is not OS/ARCH[/VARIANT]",
                "for example linux/arm64");
  };
  const auto first = text.find('/');
  if (first == std::string_view::npos) return wrong();
  out.os = text.substr(0, first);
  const auto rest = text.substr(first + 1);
  const auto second = rest.find('/');
  out.architecture = rest.substr(0, second);
  if (second != std::string_view::npos) out.variant = rest.substr(second + 1);
  const auto is_word = [](std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
             c == '-' || c == '.';
    });
  };
  if (!is_word(out.os) || !is_word(out.architecture) ||
      (second != std::string_view::npos && !is_word(out.variant)))
    return wrong();
  return normalised(std::move(out));
}

std::string to_string(const Platform& platform) {
  auto out = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) out += "/" + platform.variant;
  return out;
}

const Edge* Manifest::edge_for(const Platform& platform) const {
  const auto wanted = normalised(platform);
  const int limit = variant_rank(wanted);
  const Edge* best = nullptr;
  int best_rank = -1;
  for (const auto& edge : edges) {
    if (!edge.platform) continue;
    const auto offered = normalised(*edge.platform);
    if (offered.os != wanted.os || offered.architecture != wanted.architecture) continue;
    if (!wanted.os_version.empty() && offered.os_version != wanted.os_version) continue;
    const int rank = variant_rank(offered);
    const bool fits = rank >= 0 && limit >= 0 ? rank <= limit : offered.variant == wanted.variant;
    if (!fits || (best != nullptr && rank <= best_rank)) continue;
    best = &edge;
    best_rank = rank;
  }
  return best;
}

Result<Manifest> parse_manifest(std::string bytes, std::string_view header_media_type) {
  if (bytes.size() > limits::kManifestBytes)
    return fail(ErrorCode::limit_exceeded, "manifest of " + std::to_string(bytes.size()) + " bytes exceeds " +
                                               std::to_string(limits::kManifestBytes));
  Manifest out{.digest = crypto::digest_of(bytes), .size = static_cast<std::int64_t>(bytes.size())};
  json::ReadLimits limits;
  limits.bytes = limits::kManifestBytes;
  limits.depth = 32;
  limits.nodes = 1'000'000;
  const auto document = json::Document::parse(std::move(bytes), limits);
  if (!document)
    return fail(document.error().code() == ErrorCode::limit_exceeded ? ErrorCode::limit_exceeded
                                                                     : ErrorCode::bad_manifest,
                "manifest: " + document.error().what());
  BS_TRY(read(document->root(), out));
  const auto header = header_media_type.substr(0, header_media_type.find_first_of("; \t"));
  if (!header.empty() && header != out.media_type()) {
    return fail(ErrorCode::media_type_differs, "the registry calls the manifest " + escape_untrusted(header) +
                                                   ", its bytes say " + std::string(out.media_type()));
  }
  return out;
}

}  // namespace boltseal::registry
