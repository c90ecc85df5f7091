#include "client/export.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "registry/reference.h"
#include "store/trust_store.h"

namespace boltseal::cli {
namespace {

using client::Exported;

Result<std::vector<Gun>> chosen_guns(Invocation& invocation) {
  std::vector<Gun> guns;
  if (const auto literal = BS_TRY(invocation.gun())) guns.push_back(*literal);
  for (const std::string& name : invocation.arguments()) guns.push_back(BS_TRY(registry::gun_of_name(name)));
  if (invocation.options().has("file")) {
    for (Gun& gun : BS_TRY(client::read_gun_list(invocation.options().value("file"))))
      guns.push_back(std::move(gun));
  }
  if (invocation.options().has("from-cache")) {
    for (Gun& gun : BS_TRY(store::cached_guns(invocation.options().value("from-cache"))))
      guns.push_back(std::move(gun));
  }
  if (guns.empty())
    return fail(ErrorCode::usage, "there is nothing to export",
                "name repositories, or give --file or --from-cache");
  return guns;
}

std::string describe(const Exported& exported) {
  if (exported.was_complete) return exported.gun.str() + ": saved before";
  std::string line =
      fmt::format("{}: {} files, {}", exported.gun.str(), exported.files, name_of(exported.status));
  if (!exported.reason.empty()) line += " (" + exported.reason + ")";
  for (const std::string& name : exported.missing)
    line += "\n  the server does not have " + escape_untrusted(name);
  return line;
}

void write(json::Writer& w, const Exported& exported) {
  w.begin_object().member("gun", exported.gun.str()).member("status", std::string(name_of(exported.status)));
  w.member("reason", exported.reason).member("files", exported.files).member("fetched", exported.fetched);
  w.member("saved_before", exported.was_complete).name("missing").begin_array();
  for (const std::string& name : exported.missing) w.string(name);
  w.end_array().end_object();
}

// One repository that can't be saved does not stop the others; the first failure decides the exit status.
Result<int> run(Invocation& invocation) {
  const std::string out = invocation.options().value("output");
  if (out.empty()) return fail(ErrorCode::usage, "where to is missing", "give a directory with -o DIR");
  const std::vector<Gun> guns = BS_TRY(chosen_guns(invocation));
  client::Environment& environment = *BS_TRY(invocation.environment());
  Output& output = invocation.output();
  term::Progress progress(!output.is_json() && !invocation.options().flag("quiet"));
  client::ExportOptions options{.raw = invocation.options().flag("raw")};
  options.progress = [&](const std::string& line) { progress.show(line); };
  auto w = Output::writer();
  w.begin_object().name("repositories").begin_array();
  int status = 0;
  for (const Gun& gun : guns) {
    const auto exported = client::export_gun(environment, gun, out, options);
    if (!exported) {
      if (status == 0) status = exit_status(exported.error().code());
      w.begin_object()
          .member("gun", gun.str())
          .member("status", "failed")
          .member("reason", exported.error().what())
          .end_object();
      output.note(gun.str() + ": " + exported.error().what());
      output.hint(exported.error().hint());
      continue;
    }
    write(w, *exported);
    if (!output.is_json()) output.line(describe(*exported));
  }
  w.end_array().end_object();
  if (output.is_json()) output.json(w);
  return status;
}

}  // namespace

Command export_command() {
  return {.name = "export",
          .arguments = "GUN... -o DIR",
          .summary = "save all trust data of repositories from a Notary server",
          .description =
              "Saves every root version and every role to the byte. What was saved before is not asked "
              "again, so an\n"
              "export that was interrupted goes on. Without a pin or a cached root the bundle is marked "
              "unverified.",
          .options = {{"output", 'o', "DIR", "directory of the bundles"},
                      {"file", 0, "LIST", "file with a repository a line"},
                      {"from-cache", 0, "DIR", "every repository that this trust directory knows"},
                      {"raw", 0, {}, "save now, verify later"}},
          .run = run};
}

}  // namespace boltseal::cli
