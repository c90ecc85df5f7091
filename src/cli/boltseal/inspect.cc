#include "client/inspect.h"

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "client/subject.h"

namespace boltseal::cli {
namespace {

using client::Inspection;

std::string joined(const std::vector<RoleName>& roles) {
  std::string out;
  for (const RoleName& role : roles) out += (out.empty() ? "" : ", ") + escape_untrusted(role.str());
  return out;
}

void print(Output& output, const Inspection& inspection, Time now) {
  output.line(inspection.gun.str() + " at " + escape_untrusted(inspection.transport) +
              (inspection.online ? "" : " (cache)"));
  output.line("root sha256 " + inspection.root_sha256 + "\n");
  std::vector<std::vector<std::string>> rows;
  for (const client::InspectedTag& tag : inspection.tags) {
    rows.push_back({escape_untrusted(tag.name), tag.digest ? tag.digest->str() : "(not found by its name)",
                    joined(tag.signers)});
  }
  output.print(rows.empty() ? "no signed tags\n" : term::table({"TAG", "DIGEST", "SIGNED BY"}, rows));
  rows.clear();
  for (const client::InspectedRole& role : inspection.roles) {
    std::string keys;
    for (const std::string& id : role.keyids) keys += (keys.empty() ? "" : " ") + escape_untrusted(id, 12);
    const std::string expires =
        !role.expires ? "-"
                      : (*role.expires > now ? "in " + describe_duration(*role.expires - now) : "expired");
    rows.push_back({escape_untrusted(role.name), role.version ? std::to_string(*role.version) : "-", expires,
                    std::to_string(role.threshold), keys});
  }
  output.print("\n" + term::table({"ROLE", "VERSION", "EXPIRES", "THRESHOLD", "KEYS"}, rows));
  for (const std::string& warning : inspection.warnings)
    output.note(output.err_style().paint(term::Colour::yellow, "warning:") + " " + warning);
}

void write_tag(json::Writer& w, const client::InspectedTag& tag) {
  w.begin_object().member("tag", tag.name);
  if (tag.digest) w.member("digest", tag.digest->str()).member("length", tag.length);
  w.name("signers").begin_array();
  for (const RoleName& role : tag.signers) w.string(role.str());
  w.end_array().end_object();
}

void write_role(json::Writer& w, const client::InspectedRole& role) {
  w.begin_object().member("role", role.name).member("threshold", role.threshold);
  if (role.version) w.member("version", *role.version);
  if (role.expires) w.member("expires", format_rfc3339_nano(*role.expires));
  w.name("keys").begin_array();
  for (const std::string& id : role.keyids) w.string(id);
  w.end_array().name("paths").begin_array();
  for (const std::string& path : role.paths) w.string(path);
  w.end_array().end_object();
}

void write(Output& output, const Inspection& inspection) {
  auto w = Output::writer();
  w.begin_object().member("gun", inspection.gun.str()).member("transport", inspection.transport);
  w.member("form", inspection.form == tuf::Form::tuf1 ? "tuf1" : "notary")
      .member("root_sha256", inspection.root_sha256);
  w.member("online", inspection.online).name("tags").begin_array();
  for (const auto& tag : inspection.tags) write_tag(w, tag);
  w.end_array().name("roles").begin_array();
  for (const auto& role : inspection.roles) write_role(w, role);
  w.end_array().name("warnings").begin_array();
  for (const std::string& warning : inspection.warnings) w.string(warning);
  w.end_array().end_object();
  output.json(w);
}

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 1));
  const auto literal = BS_TRY(invocation.gun());
  const std::string argument = invocation.arguments().empty() ? std::string() : invocation.arguments()[0];
  std::string tag;
  Gun gun =
      literal ? *literal : BS_TRY(client::parse_subject(argument, literal, client::DefaultTag::none)).gun;
  if (!argument.empty())
    tag = BS_TRY(client::parse_subject(argument, literal, client::DefaultTag::none)).target;
  client::Environment& environment = *BS_TRY(invocation.environment());
  const Inspection inspection = BS_TRY(client::inspect(environment, gun, tag));
  if (invocation.output().is_json()) {
    write(invocation.output(), inspection);
  } else {
    print(invocation.output(), inspection, environment.clock().now());
  }
  return 0;
}

}  // namespace

Command inspect_command() {
  return {.name = "inspect",
          .arguments = "NAME[:TAG]",
          .summary = "show tags with their signers, roles with their keys",
          .description = "Shows only what verified.",
          .options = {},
          .run = run};
}

}  // namespace boltseal::cli
