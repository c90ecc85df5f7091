// boltseald: words of the command line to an exit status.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace boltseal::daemon {

/// 0, or the exit status of the error's code (base/errors.def), which is explained on stderr. By the names of
/// notary's programs (`argv0`): 2 for wrong flags, else 1, as there.
int run(std::string_view argv0, std::span<const std::string> words);

}  // namespace boltseal::daemon
