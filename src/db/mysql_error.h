// Error numbers of MySQL and MariaDB servers and of libmariadb as our errors.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal::db {

/// "mysql error 1062 in "INSERT INTO ..."" with our code and what to do. `message` is shown (escaped) only
/// for numbers whose text holds no bound value.
Error mysql_error(unsigned number, std::string_view message, std::string_view statement);

/// While connecting to `place` (host and port, or socket). `late`: the deadline has passed.
Error mysql_connect_error(unsigned number, std::string_view message, std::string_view place, bool late);

/// After it the connection is gone, or in a state that is not known, or the server takes no writes any more.
bool mysql_ends_session(unsigned number);

}  // namespace boltseal::db
