// The two wire forms of trust metadata. The location of a file chooses its form, never its content
// (SECURITY rule 6).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/names.h"
#include "base/result.h"

namespace boltseal::tuf {

/// notary: the JSON of Docker Content Trust and notary 0.7.0. tuf1: TUF specification 1.0.
enum class Form : std::uint8_t { notary, tuf1 };

/// The four kinds of files. Delegated roles are targets files.
enum class FileType : std::uint8_t { root, targets, snapshot, timestamp };

std::string_view name_of(Form form);      ///< "notary", "tuf1"
std::string_view name_of(FileType type);  ///< "root", ...
/// `_type` to the byte: "Root" in Notary form, "root" in TUF 1.0.
std::string_view wire_type(Form form, FileType type);
/// The kind of file in which a role's metadata lies.
FileType file_type(const RoleName& role);
/// Role name by the rules of the form; bad_role.
Result<RoleName> parse_role(Form form, std::string_view text);

}  // namespace boltseal::tuf
