#include "base/version.h"

#include "cli/boltseal/commands.h"

namespace boltseal::cli {
namespace {

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 0));
  if (invocation.output().is_json()) {
    auto w = Output::writer();
    w.begin_object().member("version", kVersion).end_object();
    invocation.output().json(w);
  } else {
    invocation.output().line(std::string("boltseal ") + kVersion);
  }
  return 0;
}

}  // namespace

Command version_command() {
  return {.name = "version",
          .arguments = "",
          .summary = "print the version",
          .description = "",
          .options = {},
          .run = run};
}

}  // namespace boltseal::cli
