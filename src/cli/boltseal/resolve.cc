#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "cli/boltseal/verdict_report.h"
#include "client/verify.h"

namespace boltseal::cli {
namespace {

Result<int> run(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 1));
  const auto literal = BS_TRY(invocation.gun());
  const client::Subject subject =
      BS_TRY(client::parse_subject(invocation.arguments()[0], literal, client::DefaultTag::latest));
  const policy::Verdict verdict =
      BS_TRY(client::verify(*BS_TRY(invocation.environment()), subject, {.ask_registry = false}));
  Output& output = invocation.output();
  if (verdict.decision != policy::Decision::allow) {
    const policy::Reason& reason = verdict.reasons.front();
    return fail(reason.code, subject.shown + ": " + reason.text, reason.hint);
  }
  for (const std::string& note : verdict.notes) output.note("note: " + note);
  const std::string digest = verdict.evidence.trust->target->digest.str();
  const std::string name = subject.reference ? subject.reference->familiar_name() : subject.gun.str();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object()
        .member("reference", name + "@" + digest)
        .member("name", name)
        .member("digest", digest)
        .end_object();
    output.json(w);
  } else {
    output.line(name + "@" + digest);
  }
  return 0;
}

}  // namespace

Command resolve_command() {
  return {.name = "resolve",
          .arguments = "NAME[:TAG]",
          .summary = "print name@digest of the verified signature",
          .description =
              "Prints nothing else, for use in other commands: docker run \"$(boltseal resolve app:v1)\".",
          .options = {},
          .run = run};
}

}  // namespace boltseal::cli
