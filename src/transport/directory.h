// Metadata in a directory of this machine: a TUF 1.0 repository's metadata directory ("timestamp.json",
// "3.root.json", "2.targets%2Falice.json"), or an exported Notary bundle ("root.json", "targets.json",
// "targets/alice.json", "2.root.json").
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "transport/transport.h"

namespace boltseal::transport {

/// Opens `path`; io_error or not_found when it is no directory (`create` makes it). Publishing takes the
/// directory's lock, writes roots and versioned files first and the timestamp last, each atomically. TUF 1.0:
/// a reader finds either state complete. Notary form: only each file is whole, for names are not versioned; a
/// reader in between may get files of two states, and refuses them. There is no server key (usage).
Result<std::unique_ptr<Transport>> directory(const std::string& path, tuf::Form form, bool create = false);

}  // namespace boltseal::transport
