#include "client/doctor.h"

#include <algorithm>

#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "registry/reference.h"

namespace boltseal::cli {
namespace {

using client::Finding;
using client::Health;

term::Colour colour_of(Health health) {
  switch (health) {
    case Health::good:
      return term::Colour::green;
    case Health::warning:
      return term::Colour::yellow;
    case Health::problem:
      break;
  }
  return term::Colour::red;
}

void write(Output& output, const std::vector<Finding>& findings) {
  auto w = Output::writer();
  w.begin_object().name("findings").begin_array();
  for (const Finding& finding : findings) {
    w.begin_object()
        .member("health", std::string(client::name_of(finding.health)))
        .member("subject", finding.subject);
    w.member("text", finding.text).member("hint", finding.hint).end_object();
  }
  w.end_array().end_object();
  output.json(w);
}

Result<int> run(Invocation& invocation) {
  std::vector<Gun> guns;
  if (const auto literal = BS_TRY(invocation.gun())) guns.push_back(*literal);
  for (const std::string& name : invocation.arguments()) guns.push_back(BS_TRY(registry::gun_of_name(name)));
  const auto findings = client::doctor(*BS_TRY(invocation.environment()), *BS_TRY(invocation.keys()), guns);
  Output& output = invocation.output();
  if (output.is_json()) {
    write(output, findings);
  } else {
    for (const Finding& finding : findings) {
      output.line(output.out_style().paint(colour_of(finding.health), client::name_of(finding.health)) +
                  "  " + escape_untrusted(finding.subject, 4096) + ": " + finding.text);
      if (!finding.hint.empty()) output.line("         " + finding.hint);
    }
  }
  const bool ill = std::any_of(findings.begin(), findings.end(),
                               [](const Finding& f) { return f.health == Health::problem; });
  return ill ? 3 : 0;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .arguments = "[NAME...]",
          .summary = "look for what is wrong or will soon be",
          .description =
              "Looks at trust directory, keys, caches and policy, and verifies the repositories named. Exits "
              "with 3 when\n"
              "there is a problem.",
          .options = {},
          .run = run};
}

}  // namespace boltseal::cli
