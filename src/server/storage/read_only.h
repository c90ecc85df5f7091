// A storage that is only read: for a server that answers beside another one on the same database. What would
// write fails with policy_denied. Thread safe as the other is.
#pragma once

#include <memory>

#include "server/storage/storage.h"

namespace boltseal::server {

std::unique_ptr<Storage> make_read_only_storage(std::unique_ptr<Storage> below);

}  // namespace boltseal::server
