// For the files of this room: reading a targets file without knowing whose it is.
#pragma once

#include <string>

#include "base/result.h"
#include "tuf/codec.h"

namespace boltseal::tuf {

/// parse_targets() without the check that Notary delegations are children of the file's role.
Result<Unverified<Targets>> parse_targets_of_any_role(Form form, std::string bytes,
                                                      const ReadOptions& options = {});

}  // namespace boltseal::tuf
