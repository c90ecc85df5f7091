// What a database of signer keys holds. For notary_table.cc alone.
#pragma once

#include "db/sql.h"

namespace boltseal::vault {

/// Makes what is missing. bad_config: a database that holds other things than keys.
Result<void> prepare_notary_schema(db::Session& session);

}  // namespace boltseal::vault
