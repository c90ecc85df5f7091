#include "client/revoke.h"

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "client/subject.h"

namespace boltseal::cli {
namespace {

Result<void> confirm_all(Invocation& invocation, const std::string& shown) {
  if (invocation.options().flag("yes")) return {};
  client::Environment& environment = *BS_TRY(invocation.environment());
  if (!environment.prompter().available()) {
    return fail(ErrorCode::usage, "all signatures of " + shown + " would be removed, and nobody can be asked",
                "say so with --yes, or name a tag");
  }
  if (term::confirm(environment.prompter(), "Remove all signatures of " + shown + "? [y/N] ")) return {};
  return fail(ErrorCode::aborted, "nothing was removed");
}

std::string joined(const std::vector<RoleName>& roles) {
  std::string out;
  for (const RoleName& role : roles) out += (out.empty() ? "" : ", ") + escape_untrusted(role.str());
  return out;
}

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 1));
  const auto literal = BS_TRY(invocation.gun());
  const client::Subject subject =
      BS_TRY(client::parse_subject(invocation.arguments()[0], literal, client::DefaultTag::none));
  if (subject.digest) return fail(ErrorCode::usage, "signatures are on tags, not on digests", "name the tag");
  if (subject.target.empty()) BS_TRY(confirm_all(invocation, subject.shown));
  const auto done = BS_TRY(client::revoke(*BS_TRY(invocation.environment()), *BS_TRY(invocation.keys()),
                                          subject.gun, subject.target));
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object()
        .member("gun", subject.gun.str())
        .member("tag", subject.target)
        .name("roles")
        .begin_array();
    for (const RoleName& role : done.roles) w.string(role.str());
    w.end_array().name("still_signing").begin_array();
    for (const RoleName& role : done.still_signing) w.string(role.str());
    w.end_array().end_object();
    output.json(w);
  } else {
    output.line("revoked " + subject.shown + " in " + joined(done.roles));
    if (!done.still_signing.empty())
      output.line("still signed by " + joined(done.still_signing) + ", whose keys are not here");
  }
  return done.still_signing.empty() ? 0 : exit_status(ErrorCode::key_missing);
}

}  // namespace

Command revoke_command() {
  return {.name = "revoke",
          .arguments = "NAME[:TAG]",
          .summary = "take back the signature of a tag, or of all tags",
          .description = "Removes the tag from every role whose key is here.",
          .options = {{"yes", 'y', {}, "remove all tags without asking"}},
          .run = run};
}

}  // namespace boltseal::cli
