// A Verdict as text and as JSON: the same for every command that prints one.
#pragma once

#include "cli/output.h"
#include "policy/verdict.h"

namespace boltseal::cli {

void print_verdict(Output& output, const policy::Verdict& verdict, Time now);
void write_verdict(json::Writer& writer, const policy::Verdict& verdict);

}  // namespace boltseal::cli
