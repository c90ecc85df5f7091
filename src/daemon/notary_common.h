// What the files of notary-server and notary-signer have in common. Internal to notary_config. All errors are
// bad_config.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config.h"
#include "daemon/notary_members.h"

namespace boltseal::daemon {

using Warnings = std::vector<std::string>;

/// logging and reporting; the log level is `error` where nothing is said.
Result<void> take_logging(const NotaryMembers& members, Config& out, Warnings& warnings);
/// storage.db_url of `backend`; refuses backends that are neither PostgreSQL nor MySQL.
Result<DatabaseConfig> take_database(const NotaryMembers& members, const std::string& backend,
                                     Warnings& warnings);
/// A file named by the member, relative to the configuration's directory.
Result<std::string> take_path(const NotaryMembers& members, std::string_view path,
                              const std::string& directory);
/// One warning for each member of the file that `known` does not have.
void warn_unknown(const NotaryMembers& members, const std::set<std::string_view>& known,
                  std::string_view program, Warnings& warnings);

}  // namespace boltseal::daemon
