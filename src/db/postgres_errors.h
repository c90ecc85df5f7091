// PostgreSQL's failures as errors of ours.
#pragma once

#include <string_view>

#include "base/error.h"

namespace boltseal::db {

/// The code for an SQLSTATE (PostgreSQL manual, appendix A); storage_failed for those without one of ours.
ErrorCode code_of_sqlstate(std::string_view sqlstate);

/// A statement that the server refused. `message` is the server's primary message; it is left out where
/// such messages quote values (class 22).
Error statement_error(std::string_view sqlstate, std::string_view message, std::string_view sql);

/// A connection that did not come up: unauthorized, tls_failed, bad_config (no such database) or unreachable.
/// libpq tells these apart in words alone. `wants_password`: the server asked for one and had none.
Error connect_error(std::string_view message, bool wants_password);

}  // namespace boltseal::db
