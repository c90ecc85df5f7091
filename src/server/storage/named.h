// What a stored snapshot or timestamp says of another role, read without trust: to walk from one stored file
// to the next. Signatures were checked when the files came in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/names.h"
#include "tuf/form.h"

namespace boltseal::server {

/// `signed.meta[role].hashes.sha256` of a Notary-form file; nothing where it is missing or malformed.
std::optional<Sha256> named_hash(std::string_view file, std::string_view role);
/// `signed.meta["<role>.json"].version` of a TUF 1.0 file; nothing where it is missing, malformed or marked
/// as removed.
std::optional<std::int64_t> named_version(std::string_view file, std::string_view role);

}  // namespace boltseal::server
