#include "client/sign.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "json/reader.h"
#include "registry/client.h"
#include "tuf/editor.h"

namespace boltseal::client {
namespace {

Image image_of(const registry::FetchedManifest& fetched, DigestSource source) {
  return {.digest = fetched.manifest.digest,
          .size = fetched.manifest.size,
          .media_type = std::string(fetched.manifest.media_type()),
          .source = source};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

Result<tuf::Target> target_of(const Gun& gun, const std::string& tag, const Image& image) {
  tuf::Target target;
  target.name = tag;
  target.length = image.size;
  target.hashes.sha256 = image.digest.sha256();
  tuf::TargetFacts facts{.gun = gun.str()};
  if (!image.media_type.empty()) facts.media_type = image.media_type;
  if (image.source == DigestSource::resolved_tag) facts.source = "resolve-tag";
  BS_TRY(tuf::set_target_facts(target, facts));
  return target;
}

// Signed already when the role says the same digest; what else the entry holds is its signer's.
Result<bool> put(tuf::Targets& targets, tuf::Target target) {
  const tuf::Target* present = targets.find(target.name);
  if (present != nullptr && present->length == target.length &&
      present->hashes.sha256 == target.hashes.sha256)
    return false;
  return tuf::set_target(targets, std::move(target));
}

}  // namespace

Result<Image> image_of_digest(Environment& environment, const registry::Reference& repository,
                              const Digest& digest, const std::vector<std::string>& insecure) {
  registry::RegistryClient client(*BS_TRY(environment.http()), {.insecure_hosts = insecure});
  auto fetched = client.manifest(repository.with_digest(digest));
  if (!fetched) return fail(std::move(fetched).error().with_hint("push the image before it is signed"));
  return image_of(*fetched, DigestSource::producer);
}

Result<Resolved> image_of_tag(Environment& environment, const registry::Reference& reference,
                              const std::vector<std::string>& insecure) {
  registry::RegistryClient client(*BS_TRY(environment.http()), {.insecure_hosts = insecure});
  const auto fetched = BS_TRY(client.manifest(reference));
  Resolved resolved{.image = image_of(fetched, DigestSource::resolved_tag)};
  if (!registry::is_index(fetched.manifest.kind))
    resolved.created = client.creation_time(reference, fetched.manifest).value_or("");
  return resolved;
}

Result<Digest> digest_from_file(const std::string& path) {
  std::string text = BS_TRY(read_file(path, limits::kConfigBytes));
  if (auto digest = Digest::parse(trimmed(text))) return digest;
  const auto refuse = [&] {
    return fail(ErrorCode::bad_format, escape_untrusted(path) + " holds no digest",
                "give a file with sha256:..., or buildx's --metadata-file");
  };
  const auto document = json::Document::parse(std::move(text), {.real_numbers = true});
  if (!document || !document->root().is_object()) return refuse();
  const json::Value* digest = document->root().find("containerimage.digest");
  if (digest == nullptr || !digest->is_string()) return refuse();
  return Digest::parse(digest->as_string());
}

Result<Published> sign(Environment& environment, keys::KeyStore& keys, const Gun& gun, const std::string& tag,
                       const Image& image, const std::vector<RoleName>& roles) {
  if (const auto parsed = Tag::parse(tag); parsed && parsed->is_reserved()) {
    return fail(ErrorCode::bad_name, "the tag " + escape_untrusted(tag) + " is reserved for trust data",
                "choose another tag");
  }
  return publish(environment, keys, gun, [&](Session& session) -> Result<std::vector<RoleChange>> {
    const tuf::Target target = BS_TRY(target_of(session.gun(), tag, image));
    std::vector<RoleChange> changes;
    for (const RoleName& role : roles.empty() ? BS_TRY(choose_roles(session, keys, tag)) : roles) {
      changes.push_back({role, [target](tuf::Targets& targets) { return put(targets, target); }});
    }
    return changes;
  });
}

}  // namespace boltseal::client
