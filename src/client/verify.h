// Is this image what its publisher signed? Trust data and the registry are asked side by side; policy::decide
// makes of the answers one Verdict. `resolve` is the same without the registry.
#pragma once

#include "base/result.h"
#include "client/environment.h"
#include "client/subject.h"
#include "policy/verdict.h"

namespace boltseal::client {

struct VerifyOptions {
  bool ask_registry = true;  ///< false: --trust-only, resolve
  std::vector<std::string> insecure_registries;
};

/// Every failure to get or verify trust data becomes part of the verdict; an Error is returned only where no
/// verdict can be made: usage, bad_config, local I/O. On first use a person at the terminal is asked.
Result<policy::Verdict> verify(Environment& environment, const Subject& subject,
                               const VerifyOptions& options);

}  // namespace boltseal::client
