// What an import tells the person who ran it.
#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "server/import/import.h"

namespace boltseal::server {
namespace {

std::string first_line(const ImportReport& report, const ImportOptions& options) {
  const std::string gun = escape_untrusted(report.gun.str());
  if (report.stored == 0) return gun + " is here already, as the bundle has it.\n";
  return fmt::format("{} {}: {} files.\n", options.dry_run ? "Would import" : "Imported", gun, report.stored);
}

std::string table_of(const ImportReport& report) {
  std::size_t width = 0;
  for (const ImportedRole& role : report.roles)
    width = std::max(width, escape_untrusted(role.role.str()).size());
  std::string text;
  for (const ImportedRole& role : report.roles) {
    const bool root = role.role == RoleName::root();
    const std::string version = root && report.first_root != report.newest_root
                                    ? fmt::format("{}-{}", report.first_root, report.newest_root)
                                    : std::to_string(role.version);
    text +=
        fmt::format("  {:<{}}  version {:<6} {} {}\n", escape_untrusted(role.role.str()), width, version,
                    role.expires <= report.now ? "EXPIRED" : "expires", format_rfc3339_seconds(role.expires));
  }
  return text + fmt::format("  sha256 of the root: {}\n", hex_encode(report.newest_root_sha256));
}

std::string list_of(const std::vector<RoleName>& roles) {
  std::string text;
  for (const RoleName& role : roles) text += (text.empty() ? "" : ", ") + escape_untrusted(role.str());
  return text;
}

/// Readers need timestamp and snapshot unexpired: the first of them that this server can't renew counts.
Time readable_until(const ImportReport& report) {
  Time until = report.find(RoleName::timestamp())->expires;
  if (report.lacks_key_of(RoleName::snapshot()))
    until = std::min(until, report.find(RoleName::snapshot())->expires);
  return until;
}

/// Names outside Docker's grammar may hold anything that a shell would act upon.
std::string shell_word(const Gun& gun) {
  if (Gun::parse(gun.str())) return gun.str();
  std::string word = "'";
  for (const char c : escape_untrusted(gun.str()))
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string next_step(const ImportReport& report) {
  if (report.lacks.empty())
    return "This server holds the keys of timestamp and snapshot: nothing is left to do.\n";
  const std::string gun = shell_word(report.gun);
  const Time until = readable_until(report);
  std::string text = fmt::format(
      "This server does not hold the keys of: {}. Keys that the old server held can't be "
      "exported.\n",
      list_of(report.lacks));
  text += until > report.now
              ? fmt::format(
                    "Readers can go on until {}. Until the owner has acted nothing new can be published.\n",
                    format_rfc3339_seconds(until))
              : fmt::format("Readers are refused since {}, until the owner has acted.\n",
                            format_rfc3339_seconds(until));
  text += fmt::format(
      "The owner, with the root key, once (URL is where this server is reached):\n"
      "  boltseal rotate --gun {} timestamp snapshot --server URL\n",
      gun);
  if (report.lacks_key_of(RoleName::snapshot())) {
    text += fmt::format(
        "or, if the owner holds the snapshot key and wants to keep it:\n"
        "  boltseal rotate --gun {0} timestamp --server URL\n  (with notary: notary -s URL key rotate {0} "
        "timestamp -r)\n",
        gun);
  }
  return text;
}

}  // namespace

std::string describe(const ImportReport& report, const ImportOptions& options) {
  std::string text = first_line(report, options) + table_of(report);
  if (!report.left_out.empty()) {
    text += fmt::format("Not signed by keys that their delegator lists now, and so left out by clients: {}\n",
                        list_of(report.left_out));
  }
  return text + next_step(report);
}

}  // namespace boltseal::server
