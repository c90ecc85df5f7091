// Storage in memory: tests, and servers whose data may go with the process.
#pragma once

#include <memory>

#include "server/storage/storage.h"

namespace boltseal::server {

std::unique_ptr<Storage> make_memory_storage();

}  // namespace boltseal::server
