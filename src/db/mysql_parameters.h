// The parameters of a MySQL data source name (db/mysql_dsn.h): one table of all that are known.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "db/mysql_dsn.h"

namespace boltseal::db {

inline constexpr const char* kDsnShape = "write user:password@tcp(host:port)/database?name=value";

/// bad_config: "the address of the MySQL database " and `what`, which must show nothing that was read.
tl::unexpected<Error> refuse_dsn(const std::string& what, const std::string& hint);
/// Percent-decoded; bad_config for a wrong escape or a control character in `of`.
Result<std::string> decode_dsn(std::string_view text, std::string_view of);

/// What follows the '?'. bad_config.
Result<void> read_dsn_parameters(std::string_view text, MysqlDsn& out);

}  // namespace boltseal::db
