// Names of metadata files in both forms, below a base that the transport knows. The one place in this room
// where a role becomes a name.
#pragma once

#include <string>

#include "base/result.h"
#include "transport/transport.h"

namespace boltseal::transport {

/// Notary form: "root.json", "3.root.json", "targets/alice.<sha256>.json" (NOTARY-SERVER 2.1). bad_role for
/// names that are none in Notary form.
Result<std::string> notary_file_name(const Item& item);

/// TUF 1.0 with consistent snapshots: "timestamp.json", "3.root.json", "2.targets%2Falice.json"; without a
/// version "root.json". usage for a look-up by hash.
Result<std::string> tuf1_file_name(const Item& item);

/// Error of a file that is not there: no_trust_data for the current root, metadata_missing for others.
Error absent(const Item& item, const std::string& gun_or_place, const std::string& where);

}  // namespace boltseal::transport
