#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "client/inspect.h"
#include "client/subject.h"

namespace boltseal::cli {
namespace {

// Of several roles a look-up takes the first that Docker asks; it stands first.
Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 1));
  const auto literal = BS_TRY(invocation.gun());
  const Gun gun = BS_TRY(
      client::parse_repository(invocation.arguments().empty() ? "" : invocation.arguments()[0], literal));
  const client::Inspection inspection = BS_TRY(client::inspect(*BS_TRY(invocation.environment()), gun, ""));
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object().member("gun", inspection.gun.str()).name("tags").begin_array();
    for (const client::InspectedTag& tag : inspection.tags) {
      if (!tag.digest) continue;
      w.begin_object()
          .member("tag", tag.name)
          .member("digest", tag.digest->str())
          .member("length", tag.length)
          .end_object();
    }
    w.end_array().end_object();
    output.json(w);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const client::InspectedTag& tag : inspection.tags) {
    if (tag.digest)
      rows.push_back({escape_untrusted(tag.name), tag.digest->str(), std::to_string(tag.length)});
  }
  output.print(rows.empty() ? "no signed tags\n" : term::table({"TAG", "DIGEST", "SIZE"}, rows));
  if (!inspection.online)
    output.note("note: the trust server did not answer; this is the newest data in the cache");
  return 0;
}

}  // namespace

Command list_command() {
  return {.name = "list",
          .arguments = "NAME",
          .summary = "list the signed tags",
          .description = "",
          .options = {},
          .run = run};
}

}  // namespace boltseal::cli
