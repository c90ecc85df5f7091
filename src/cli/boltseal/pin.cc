#include "client/pin.h"

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "client/subject.h"

namespace boltseal::cli {
namespace {

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 1));
  const auto literal = BS_TRY(invocation.gun());
  const Gun gun = BS_TRY(
      client::parse_repository(invocation.arguments().empty() ? "" : invocation.arguments()[0], literal));
  client::PinOptions options;
  if (invocation.options().has("root-sha256")) {
    auto digest = Digest::parse("sha256:" + invocation.options().value("root-sha256"));
    if (!digest) return fail(ErrorCode::usage, "--root-sha256 is 64 lower-case hex digits");
    options.root_sha256 = digest->sha256();
  }
  const auto pinned = BS_TRY(client::pin(*BS_TRY(invocation.environment()), gun, options));
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object().member("gun", pinned.gun.str()).member("root_version", pinned.root_version);
    w.member("root_sha256", pinned.root_sha256).member("policy", pinned.policy_path).end_object();
    output.json(w);
  } else {
    output.line("pinned " + pinned.gun.str() + " to root version " + std::to_string(pinned.root_version));
    output.line("root sha256 " + pinned.root_sha256);
    output.note("written to " + escape_untrusted(pinned.policy_path, 4096));
  }
  return 0;
}

}  // namespace

Command pin_command() {
  return {.name = "pin",
          .arguments = "NAME",
          .summary = "say which root a repository's trust begins with",
          .description =
              "With --root-sha256 the server's trust data must begin with that root. Without it the root "
              "known on this\n"
              "machine is pinned, or a person on the terminal compares the server's.",
          .options = {{"root-sha256", 0, "HEX", "hash of the root file, from the repository's owner"}},
          .run = run};
}

}  // namespace boltseal::cli
