// The larger trees of boltseald's own configuration. Internal to the readers. All errors are bad_config.
#pragma once

#include <string>

#include "daemon/config.h"
#include "daemon/config_fields.h"

namespace boltseal::daemon {

Result<void> read_listeners(const Fields& role, const std::string& directory, bool is_signer,
                            std::vector<ListenConfig>& out);
Result<void> read_storage(const Fields& server, const std::string& directory, StorageConfig& out);
/// The default place is memory where the storage is.
Result<void> read_keys(const Fields& role, const std::string& directory, bool is_signer, KeysConfig& out);
/// `subject` and `guns` of an object: both needed.
Result<void> read_certificate(const Fields& fields, std::string& subject, std::vector<std::string>& guns);
Result<void> read_auth(const Fields& server, const std::string& directory, AuthConfig& out);
Result<void> read_signer(const Fields& root, const std::string& directory, std::optional<SignerConfig>& out);

}  // namespace boltseal::daemon
