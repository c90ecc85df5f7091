// Says where trust in a repository begins: writes a pin (root version, hash, server) into the user's policy.
#pragma once

#include <optional>
#include <string>

#include "base/names.h"
#include "base/result.h"
#include "client/environment.h"

namespace boltseal::client {

struct PinOptions {
  std::optional<Sha256> root_sha256;  ///< what the owner published; the server's root must be it
  std::optional<std::int64_t> root_version;
};

struct Pinned {
  Gun gun;
  std::int64_t root_version = 1;
  std::string root_sha256;
  std::string policy_path;
};

/// Verifies the trust data from that root on, then pins it. Without root_sha256 the cached root is pinned, or
/// a person at the terminal compares the server's. A server named with --server is taken as the new place of
/// trust data that came from elsewhere. first_use: neither; pin_mismatch: the server has another
/// root; errors of Session and of the policy file.
Result<Pinned> pin(Environment& environment, const Gun& gun, const PinOptions& options);

}  // namespace boltseal::client
