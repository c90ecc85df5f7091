// The sealing key: 32 random bytes in a file of the keys directory, which lies outside the state directory
// and its backups (SECURITY rule 24). The file holds 64 hexadecimal digits and a line feed, mode 0600.
#pragma once

#include <string_view>

#include "base/files.h"
#include "base/secret.h"
#include "crypto/random.h"

namespace boltseal::vault {

inline constexpr std::string_view kSealingKeyFile = "sealing.key";

/// not_found: there is no file. bad_key: others may read it, it is no regular file, or its content is no key;
/// the message names the file.
Result<Secret> read_sealing_key(const Directory& keys);

/// Makes the file and reads it back; already_exists where there is one.
Result<Secret> make_sealing_key(const Directory& keys, crypto::Random& random);

}  // namespace boltseal::vault
