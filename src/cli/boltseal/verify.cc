#include "client/verify.h"

#include "cli/boltseal/commands.h"
#include "cli/boltseal/verdict_report.h"

namespace boltseal::cli {
namespace {

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 1));
  const auto literal = BS_TRY(invocation.gun());
  const client::Subject subject =
      BS_TRY(client::parse_subject(invocation.arguments()[0], literal, client::DefaultTag::latest));
  client::Environment& environment = *BS_TRY(invocation.environment());
  const client::VerifyOptions options{.ask_registry = !invocation.options().flag("trust-only"),
                                      .insecure_registries = invocation.insecure_registries()};
  const policy::Verdict verdict = BS_TRY(client::verify(environment, subject, options));
  if (invocation.output().is_json()) {
    auto w = Output::writer();
    write_verdict(w, verdict);
    invocation.output().json(w);
  } else {
    print_verdict(invocation.output(), verdict, environment.clock().now());
  }
  return verdict.exit_status();
}

}  // namespace

Command verify_command() {
  return {.name = "verify",
          .arguments = "NAME[:TAG][@DIGEST]",
          .summary = "is this image what its publisher signed?",
          .description =
              "Verifies the trust data, asks the registry side by side what it serves under the tag, and "
              "gives one\n"
              "verdict: allow (exit 0), deny, or unknown, each with its reasons.",
          .options = {{"trust-only", 0, {}, "leave the registry out"}},
          .run = run};
}

}  // namespace boltseal::cli
