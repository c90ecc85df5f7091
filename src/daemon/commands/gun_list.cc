// boltseald gun list [--json], boltseald gun expiry [--within DURATION] [--json]
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/config_file.h"
#include "daemon/store_access.h"
#include "json/writer.h"
#include "server/gun_report.h"
#include "term/style.h"

namespace boltseal::daemon {
namespace {

constexpr CommandOption kListOptions[] = {{"--json", "", "one object a line"}};
constexpr CommandOption kExpiryOptions[] = {
    {"--within", "DURATION", "only what expires within it (30d), or has expired"},
    {"--json", "", "one object a line"}};

std::string time_or_dash(const std::optional<Time>& time) {
  return time ? format_rfc3339_seconds(*time) : "-";
}

std::string state_of(const server::GunLine& line) {
  if (line.needs_recovery) return "needs recovery";
  if (line.deleted) return "deleted " + format_rfc3339_seconds(*line.deleted);
  return line.versions == 0 ? "empty" : "";
}

void print_json(const server::GunLine& line) {
  json::Writer writer;
  writer.begin_object().member("gun", line.gun.str());
  writer.member("files", static_cast<std::int64_t>(line.versions));
  if (line.newest) writer.member("newest", format_rfc3339_seconds(*line.newest));
  writer.member("needs_recovery", line.needs_recovery);
  if (line.deleted) writer.member("deleted", format_rfc3339_seconds(*line.deleted));
  fmt::print("{}\n", writer.end_object().take());
}

Result<void> list(const Invocation& invocation) {
  const auto storage = BS_TRY(open_store_files(invocation));
  const bool json = invocation.has("--json");
  std::vector<std::vector<std::string>> rows;
  BS_TRY(server::list_guns(*storage, [&](const server::GunLine& line) {
    if (json)
      print_json(line);
    else
      rows.push_back({escape_untrusted(line.gun.str()), std::to_string(line.versions),
                      time_or_dash(line.newest), state_of(line)});
    return true;
  }));
  if (!json) fmt::print("{}", term::table({"REPOSITORY", "FILES", "NEWEST CHANGE", "STATE"}, rows));
  return {};
}

struct ExpiryLine {
  Gun gun;
  server::RoleExpiry role;
};

void print_json(const ExpiryLine& line, Time now) {
  json::Writer writer;
  writer.begin_object().member("gun", line.gun.str()).member("form", tuf::name_of(line.role.form));
  writer.member("role", line.role.role.str()).member("version", line.role.version);
  writer.member("expires", format_rfc3339_seconds(line.role.expires));
  writer.member("seconds", std::chrono::floor<std::chrono::seconds>(line.role.expires - now).count());
  fmt::print("{}\n", writer.end_object().take());
}

std::string left(Time expires, Time now) {
  if (expires <= now) return "expired " + describe_duration(now - expires) + " ago";
  return "in " + describe_duration(expires - now);
}

Result<void> expiry(const Invocation& invocation) {
  std::optional<Duration> within;
  if (invocation.has("--within")) {
    const auto parsed = parse_duration(invocation.option("--within"));
    if (!parsed) return fail(ErrorCode::usage, "--within: " + parsed.error().what(), parsed.error().hint());
    within = *parsed;
  }
  const auto storage = BS_TRY(open_store_files(invocation));
  const Time now = system_clock().now();
  std::vector<ExpiryLine> lines;
  BS_TRY(server::for_each_gun(*storage, [&](const Gun& gun) -> Result<bool> {
    for (const server::RoleExpiry& role : BS_TRY(server::current_expiry(*storage, gun))) {
      if (!within || role.expires - now <= *within) lines.push_back({gun, role});
    }
    return true;
  }));
  std::stable_sort(lines.begin(), lines.end(),
                   [](const ExpiryLine& a, const ExpiryLine& b) { return a.role.expires < b.role.expires; });
  if (invocation.has("--json")) {
    for (const ExpiryLine& line : lines) print_json(line, now);
    return {};
  }
  std::vector<std::vector<std::string>> rows;
  for (const ExpiryLine& line : lines) {
    rows.push_back({format_rfc3339_seconds(line.role.expires), left(line.role.expires, now),
                    escape_untrusted(line.gun.str()), escape_untrusted(line.role.role.str()),
                    line.role.form == tuf::Form::tuf1 ? "TUF 1.0" : "Notary"});
  }
  fmt::print("{}", term::table({"EXPIRES", "", "REPOSITORY", "ROLE", "FORM"}, rows));
  return {};
}

}  // namespace

const CommandEntry kGunList{.words = "gun list",
                            .help = "repositories, their files and newest change",
                            .options = kListOptions,
                            .run = list};
const CommandEntry kGunExpiry{.words = "gun expiry",
                              .help = "what expires when, the next first",
                              .options = kExpiryOptions,
                              .run = expiry};

}  // namespace boltseal::daemon
