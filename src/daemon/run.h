// boltseald: words of the command line to an exit status.
#pragma once

#include <span>
#include <string>

namespace boltseal::daemon {

/// 0, or the exit status of the error's code (base/errors.def), which is explained on stderr.
int run(std::span<const std::string> words);

}  // namespace boltseal::daemon
