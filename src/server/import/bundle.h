// A bundle of `boltseal export`, read from a folder: docs/reference/formats/bundle.md.
//
// All of it comes from outside. The manifest is parsed strictly; only files that it names are opened, under
// names made from parsed roles, never through symbolic links; each must have the length and the SHA-256 that
// the manifest says. Nothing is verified here beyond that (server/import/verify.h). Pure but for the reads.
// Errors: bad_format, limit_exceeded, hash_mismatch, length_mismatch, metadata_missing (a named file is not
// there), not_found (no bundle), bad_name, io_error.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "base/result.h"

namespace boltseal::server {

/// What the exporting machine says of the bundle; a claim, that anyone who can write the folder can make.
enum class BundleStatus : std::uint8_t { verified, unverified, raw };
std::string_view name_of(BundleStatus status);

/// One file below `metadata/`.
struct BundleEntry {
  std::string name;  ///< "3.root.json", "targets/releases.json"
  RoleName role;
  std::optional<std::int64_t> root_version;  ///< of "<n>.root.json"
  std::size_t length = 0;
  Sha256 sha256{};
};

struct BundleManifest {
  Gun gun;
  std::string server, saved, reason;  ///< for people; text from outside
  BundleStatus status = BundleStatus::unverified;
  std::vector<BundleEntry> files;
  std::vector<std::string> missing;  ///< names that the old server did not have
};

Result<BundleManifest> parse_manifest(std::string text);

struct Bundle {
  BundleManifest manifest;
  std::map<std::int64_t, std::string> roots;  ///< by the version in the name
  std::map<RoleName, std::string> roles;      ///< all others, `root` (the newest) included
};

/// `path`: the folder that holds bundle.json.
Result<Bundle> read_bundle(const std::string& path);

}  // namespace boltseal::server
