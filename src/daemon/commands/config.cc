// boltseald config check|print
#include <fmt/core.h>

#include <cstdio>

#include "daemon/commands/commands.h"
#include "daemon/config_check.h"

namespace boltseal::daemon {
namespace {

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) fmt::print(stderr, "boltseald: warning: {}\n", warning);
}

Result<void> check(const Invocation& invocation) {
  print_warnings(invocation.loaded.warnings);
  BS_TRY(check_config(invocation.loaded.config, invocation.variables));
  fmt::print(stderr, "The configuration is good.\n");
  return {};
}

Result<void> print(const Invocation& invocation) {
  print_warnings(invocation.loaded.warnings);
  fmt::print("{}", print_config(invocation.loaded.config));
  return {};
}

}  // namespace

const CommandEntry kConfigCheck{
    .words = "config check", .help = "is everything there that it names? Connects to nothing", .run = check};
const CommandEntry kConfigPrint{
    .words = "config print", .help = "what holds, as a configuration of boltseald's own", .run = print};

}  // namespace boltseal::daemon
