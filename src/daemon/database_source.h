// The texts that name a database with its credentials: libpq's conninfo (URL or key=value) and Go's MySQL
// DSN, as notary's configurations hold them. Read just as far as is needed to find the secrets in them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/config.h"

namespace boltseal::daemon {

/// bad_config: not of the form, or so that a secret's ends can't be told (a raw '@', '/' or '?' in a URL's
/// password). The message never quotes the text.
Result<void> check_source(DatabaseKind kind, std::string_view source);

/// The text with REDACTED for each password; as a whole where it is not of the form.
std::string redacted_source(DatabaseKind kind, std::string_view source);

/// A conninfo as Go's driver understood it, for libpq: encryption is required unless `sslmode` (or
/// $PGSSLMODE, `has_default_mode`) says otherwise, and parameters of that driver alone are left out.
std::string conninfo_of_go(std::string_view source, bool has_default_mode);

}  // namespace boltseal::daemon
