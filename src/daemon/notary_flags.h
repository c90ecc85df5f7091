// The command lines of notary-server and notary-signer 0.7.0, so that their units and compose files go on:
// Go's flags (one dash or two, "-name value" or "-name=value", up to the first other word). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/arguments.h"

namespace boltseal::daemon {

/// By the last component of argv[0]; native for every other name.
FileKind program_of(std::string_view argv0);
std::string_view name_of_program(FileKind program);

/// usage: in Go's words.
Result<Arguments> parse_notary_flags(FileKind program, std::span<const std::string> words);

std::string notary_usage(FileKind program);

}  // namespace boltseal::daemon
