// May a deleted GUN begin anew with this root (SECURITY rule 16)?
#pragma once

#include <string>

#include "server/storage/storage.h"
#include "tuf/file.h"

namespace boltseal::server {

/// Whether a threshold of the deleted root's public keys signed the new root, under whatever certificates: a
/// stock init with the same root key and a new certificate does.
bool continues_deleted_root(const tuf::Trusted<tuf::Root>& fresh, tuf::Form form,
                            const std::string& deleted_root);

}  // namespace boltseal::server
