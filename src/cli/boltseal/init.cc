#include "client/init.h"

#include "cli/boltseal/commands.h"
#include "client/subject.h"

namespace boltseal::cli {
namespace {

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 1));
  const auto literal = BS_TRY(invocation.gun());
  const Gun gun = BS_TRY(
      client::parse_repository(invocation.arguments().empty() ? "" : invocation.arguments()[0], literal));
  client::InitOptions options;
  if (invocation.options().has("root-key"))
    options.root_key = BS_TRY(KeyId::parse(invocation.options().value("root-key")));
  const auto done =
      BS_TRY(client::init(*BS_TRY(invocation.environment()), *BS_TRY(invocation.keys()), gun, options));
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object()
        .member("gun", done.gun.str())
        .member("root_key", done.root_key.str())
        .member("made_root_key", done.made_root_key);
    w.member("resumed", done.resumed).member("local_snapshot", done.local_snapshot);
    w.member("root_sha256", done.root_sha256).end_object();
    output.json(w);
    return 0;
  }
  output.line("initialised " + done.gun.str());
  output.line("root sha256 " + done.root_sha256);
  if (done.made_root_key) {
    output.hint("keep a copy of the new root key " + done.root_key.short_form() +
                " off this machine (boltseal key export): without it the repository can't be recovered");
  }
  if (done.local_snapshot) {
    output.hint(
        "the snapshot key lies on this machine, as notary init made it: delegates can't publish without it; "
        "notary key rotate REPOSITORY snapshot -r gives it to the server");
  }
  output.hint("whoever verifies pins this root: boltseal pin " + done.gun.str() + " --root-sha256 " +
              done.root_sha256);
  return 0;
}

}  // namespace

Command init_command() {
  return {
      .name = "init",
      .arguments = "REPOSITORY",
      .summary = "begin trust data for a repository",
      .description =
          "Makes a root key (unless there is one) and a targets key, and publishes the first root. The\n"
          "server holds the snapshot and timestamp keys. An init that was interrupted goes on.",
      .options = {{"root-key", 0, "KEY-ID", "root key to use (default: the first one here, else a new one)"}},
      .run = run};
}

}  // namespace boltseal::cli
