#include "client/sign.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"

namespace boltseal::cli {
namespace {

using client::Image;

Result<Image> image_by_digest(Invocation& invocation, const client::Subject& subject, const Digest& digest) {
  const std::string size = invocation.options().value("size");
  if (!size.empty()) {
    if (size.size() > 9 || size.find_first_not_of("0123456789") != std::string::npos) {
      return fail(ErrorCode::usage, "--size is a number of bytes, not \"" + escape_untrusted(size) + "\"");
    }
    return Image{.digest = digest, .size = std::stoll(size)};
  }
  if (!subject.reference)
    return fail(ErrorCode::usage, "no registry is known for " + subject.shown,
                "give the manifest's size with --size");
  return client::image_of_digest(*BS_TRY(invocation.environment()), *subject.reference, digest,
                                 invocation.insecure_registries());
}

// Without a digest from the producer a person must see what the registry has (SECURITY rule 4).
Result<Image> image_by_person(Invocation& invocation, const client::Subject& subject) {
  client::Environment& environment = *BS_TRY(invocation.environment());
  if (!environment.prompter().available()) {
    return fail(ErrorCode::usage,
                "the digest of what was built is missing: the registry's word alone is not signed",
                "give NAME:TAG@sha256:..., or --digest-file FILE from the build; --resolve-tag signs what "
                "the registry has");
  }
  auto resolved =
      BS_TRY(client::image_of_tag(environment, *subject.reference, invocation.insecure_registries()));
  environment.prompter().tell(fmt::format(
      "The registry has under {}:\n  {}\n  {}, {} bytes{}", subject.shown, resolved.image.digest.str(),
      escape_untrusted(resolved.image.media_type), resolved.image.size,
      resolved.created.empty() ? "" : ", created " + escape_untrusted(resolved.created)));
  if (!term::confirm(environment.prompter(), "Sign it? [y/N] "))
    return fail(ErrorCode::aborted, "nothing was signed");
  resolved.image.source = client::DigestSource::person;
  return resolved.image;
}

Result<Image> choose_image(Invocation& invocation, const client::Subject& subject) {
  const bool from_file = invocation.options().has("digest-file");
  const bool resolve = invocation.options().flag("resolve-tag");
  if ((subject.digest ? 1 : 0) + (from_file ? 1 : 0) + (resolve ? 1 : 0) > 1) {
    return fail(ErrorCode::usage, "the digest is given in several ways",
                "give one of NAME:TAG@DIGEST, --digest-file, --resolve-tag");
  }
  if (subject.digest) return image_by_digest(invocation, subject, *subject.digest);
  if (from_file)
    return image_by_digest(invocation, subject,
                           BS_TRY(client::digest_from_file(invocation.options().value("digest-file"))));
  if (!subject.reference)
    return fail(ErrorCode::usage, "no registry is known for " + subject.shown,
                "give the digest with --digest-file and --size");
  if (!resolve) return image_by_person(invocation, subject);
  return BS_TRY(client::image_of_tag(*BS_TRY(invocation.environment()), *subject.reference,
                                     invocation.insecure_registries()))
      .image;
}

void report(Output& output, const client::Subject& subject, const Image& image,
            const client::Published& done) {
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object()
        .member("gun", subject.gun.str())
        .member("tag", subject.target)
        .member("digest", image.digest.str());
    w.member("size", image.size).member("already_signed", done.roles.empty()).name("roles").begin_array();
    for (const RoleName& role : done.roles) w.string(role.str());
    w.end_array().end_object();
    return output.json(w);
  }
  std::string roles;
  for (const RoleName& role : done.roles)
    roles += (roles.empty() ? " by " : ", ") + escape_untrusted(role.str());
  output.line((done.roles.empty() ? "already signed " : "signed ") + subject.shown + roles);
  output.line(image.digest.str());
}

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 1));
  const auto literal = BS_TRY(invocation.gun());
  const client::Subject subject =
      BS_TRY(client::parse_subject(invocation.arguments()[0], literal, client::DefaultTag::none));
  if (subject.target.empty()) {
    return fail(ErrorCode::usage, subject.shown + " names no tag: a signature is on a tag",
                "write NAME:TAG@DIGEST");
  }
  const Image image = BS_TRY(choose_image(invocation, subject));
  std::vector<RoleName> roles;
  for (const std::string& role : invocation.options().values("role"))
    roles.push_back(BS_TRY(RoleName::parse_notary(role)));
  const auto done = BS_TRY(client::sign(*BS_TRY(invocation.environment()), *BS_TRY(invocation.keys()),
                                        subject.gun, subject.target, image, roles));
  report(invocation.output(), subject, image, done);
  return 0;
}

}  // namespace

Command sign_command() {
  return {
      .name = "sign",
      .arguments = "NAME:TAG[@DIGEST]",
      .summary = "sign a tag and publish the signature",
      .description =
          "The digest comes from what built the image: in the argument, or in a file that the build wrote.\n"
          "On a terminal, without a digest, what the registry has is shown and asked about.",
      .options =
          {{"digest-file", 0, "FILE", "file with the digest: an iidfile, or buildx's metadata file"},
           {"resolve-tag", 0, {}, "sign what the registry has under the tag now; recorded in the signature"},
           {"size", 0, "BYTES", "size of the manifest; the registry is not asked then"},
           {"role", 'r', "ROLE", "sign as this role (default: delegations whose key is here, else targets)",
            true}},
      .run = run};
}

}  // namespace boltseal::cli
