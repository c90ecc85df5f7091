// boltseald gun show GUN [--json]
#include <fmt/core.h>

#include <cstdio>

#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/store_access.h"
#include "json/writer.h"
#include "server/gun_report.h"
#include "term/style.h"

namespace boltseal::daemon {
namespace {

constexpr CommandOption kOptions[] = {{"--json", "", "as one JSON object"}};
constexpr std::size_t kShownId = 12;

std::string holder(const server::RoleReport& role) {
  if (role.server_signs) return *role.server_signs ? "this server" : "its owner";
  const bool online = role.file.role == RoleName::snapshot() || role.file.role == RoleName::timestamp();
  return online ? "?" : "its owner";
}

std::string keys_of(const server::RoleReport& role) {
  std::string out;
  for (const std::string& id : role.key_ids)
    out += (out.empty() ? "" : " ") + escape_untrusted(id.substr(0, kShownId));
  return out;
}

void print_roles(const server::GunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const server::RoleReport& role : report.roles) {
    rows.push_back(
        {escape_untrusted(role.file.role.str()), role.file.form == tuf::Form::tuf1 ? "TUF 1.0" : "Notary",
         std::to_string(role.file.version), format_rfc3339_seconds(role.file.expires),
         fmt::format("{} of {}", role.threshold, role.key_ids.size()), holder(role), keys_of(role)});
  }
  fmt::print("{}", term::table({"ROLE", "FORM", "VERSION", "EXPIRES", "SIGN", "SIGNED BY", "KEYS"}, rows));
}

void print_text(const server::GunReport& report) {
  fmt::print("{}\n", escape_untrusted(report.line.gun.str()));
  fmt::print("files: {}, newest change: {}, life: {}\n", report.line.versions,
             report.line.newest ? format_rfc3339_seconds(*report.line.newest) : "none", report.state.epoch);
  if (report.state.needs_recovery)
    fmt::print("read-only: the store is older than the record, until its owner publishes again\n");
  if (report.state.reset_allowed) fmt::print("its next root may begin anew, once\n");
  if (report.tombstone) {
    fmt::print("deleted {}; the highest versions then:\n", format_rfc3339_seconds(report.tombstone->deleted));
    for (const auto& [key, version] : report.tombstone->versions)
      fmt::print("  {} {}\n", escape_untrusted(key.second.str()), version);
  }
  if (!report.roles.empty()) print_roles(report);
}

void write_role(json::Writer& writer, const server::RoleReport& role) {
  writer.begin_object().member("role", role.file.role.str()).member("form", tuf::name_of(role.file.form));
  writer.member("version", role.file.version).member("stored", role.stored);
  writer.member("expires", format_rfc3339_seconds(role.file.expires)).member("threshold", role.threshold);
  if (role.server_signs) writer.member("server_signs", *role.server_signs);
  writer.name("keys").begin_array();
  for (const std::string& id : role.key_ids) writer.string(id);
  writer.end_array().end_object();
}

void print_json(const server::GunReport& report) {
  json::Writer writer({.indent = "  "});
  writer.begin_object().member("gun", report.line.gun.str());
  writer.member("files", static_cast<std::int64_t>(report.line.versions));
  if (report.line.newest) writer.member("newest", format_rfc3339_seconds(*report.line.newest));
  writer.member("epoch", report.state.epoch).member("needs_recovery", report.state.needs_recovery);
  writer.member("reset_allowed", report.state.reset_allowed);
  if (report.tombstone) {
    writer.name("tombstone").begin_object();
    writer.member("deleted", format_rfc3339_seconds(report.tombstone->deleted));
    writer.name("versions").begin_array();
    for (const auto& [key, version] : report.tombstone->versions) {
      writer.begin_object().member("form", tuf::name_of(key.first)).member("role", key.second.str());
      writer.member("version", version).end_object();
    }
    writer.end_array().end_object();
  }
  writer.name("roles").begin_array();
  for (const server::RoleReport& role : report.roles) write_role(writer, role);
  writer.end_array().end_object();
  fmt::print("{}", writer.take());
}

Result<void> show(const Invocation& invocation) {
  const Gun gun = BS_TRY(Gun::parse_lenient(invocation.operand(0)));
  const StoreAccess access = BS_TRY(open_store(invocation));
  const auto report = BS_TRY(server::report_gun(*access.storage, access.keys.get(), gun));
  invocation.has("--json") ? print_json(report) : print_text(report);
  return {};
}

}  // namespace

const CommandEntry kGunShow{.words = "gun show",
                            .operands = "GUN",
                            .help = "roles, keys, versions, expiry and marks of one repository",
                            .least_operands = 1,
                            .most_operands = 1,
                            .options = kOptions,
                            .run = show};

}  // namespace boltseal::daemon
