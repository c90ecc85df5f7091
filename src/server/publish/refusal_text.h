// The sentences with which notary-server 0.7.0 refuses files: what its users grep for, and what stock clients
// show (NOTARY-SERVER.md 2.5). Each function is called when a check has failed already, and finds which one
// notary-server would have named first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "server/publish/upload.h"
#include "tuf/chain_verifier.h"

namespace boltseal::server {

/// Of a file that the codec refused, where structure comes before signatures (root, delegations).
std::string structure_text(const RoleName& role, const UploadedFile& file);
/// The same where signatures come first (targets, snapshot).
std::string signed_structure_text(const RoleName& role, const UploadedFile& file, const tuf::RoleKeys& keys,
                                  const tuf::KeyMap& map);
/// "valid signatures did not meet threshold for targets".
std::string signature_text(const RoleName& role, bool no_signatures);
/// Certificates, then the previous root, then its own threshold.
std::string root_signature_text(const tuf::Unverified<tuf::Root>& root,
                                const std::optional<tuf::Trusted<tuf::Root>>& previous,
                                const tuf::RootCertificateRules& rules);
/// "sha256 checksum for targets did not match: expected <hex>"; nothing when they match.
std::optional<std::string> checksum_text(const tuf::Snapshot& snapshot, const RoleName& role,
                                         std::string_view bytes);
/// "targets expired at Mon Nov 23 06:47:34 UTC 2026".
std::string expired_text(const RoleName& role, Time expires);

}  // namespace boltseal::server
