// boltseald prune --superseded-after AGE
#include <fmt/core.h>

#include <charconv>

#include "daemon/commands/commands.h"
#include "daemon/config_file.h"
#include "daemon/store_access.h"

namespace boltseal::daemon {
namespace {

constexpr std::string_view kAge = "--superseded-after";
constexpr std::string_view kChanges = "--keep-changes";
constexpr std::string_view kDryRun = "--dry-run";
constexpr CommandOption kOptions[] = {
    {kAge, "AGE", "delete versions that another replaced so long ago (90d); needed"},
    {kChanges, "N", "so many newest rows of the changefeed stay, whatever their age (default 10000)"},
    {kDryRun, "", "count, delete nothing"}};

Result<server::PruneRules> rules_of(const Invocation& invocation) {
  if (!invocation.has(kAge))
    return fail(ErrorCode::usage, "prune needs --superseded-after AGE", "90d keeps a quarter of a year");
  server::PruneRules rules;
  const auto age = parse_duration(invocation.option(kAge));
  if (!age) return fail(ErrorCode::usage, std::string(kAge) + ": " + age.error().what(), age.error().hint());
  rules.superseded_before = system_clock().now() - *age;
  if (!invocation.has(kChanges)) return rules;
  const std::string number = invocation.option(kChanges);
  const auto [end, problem] =
      std::from_chars(number.data(), number.data() + number.size(), rules.keep_changes);
  if (problem != std::errc() || end != number.data() + number.size() || rules.keep_changes < 0)
    return fail(ErrorCode::usage, std::string(kChanges) + " is a number of rows", "such as 10000");
  return rules;
}

Result<void> prune(const Invocation& invocation) {
  const server::PruneRules rules = BS_TRY(rules_of(invocation));
  const auto storage = BS_TRY(open_store_files(invocation));
  const bool dry = invocation.has(kDryRun);
  const auto report = BS_TRY(storage->prune(rules, dry));
  fmt::print("{} {} versions of files ({} bytes) and {} rows of the changefeed.\n",
             dry ? "Would delete" : "Deleted", report.files, report.bytes, report.changes);
  return {};
}

}  // namespace

const CommandEntry kPrune{.words = "prune",
                          .help = "delete versions that were replaced; may run beside the server",
                          .options = kOptions,
                          .run = prune};

}  // namespace boltseal::daemon
