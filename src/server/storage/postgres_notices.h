// Change notices from PostgreSQL: each publish and deletion of the SQL storage notifies the channel
// `boltseal_changes` in its transaction, with "<sender> <GUN>".
//
// A thread listens, and asks for a sign of life a few times a second: what an answer has confirmed is taken
// for current until a second after the question. Without an answer nothing is current, and the connection is
// made anew, also to another host of the conninfo.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "db/postgres.h"
#include "server/change_notices.h"

namespace boltseal::server {

inline constexpr std::string_view kChangeChannel = "boltseal_changes";

/// Notices of `own_sender` are those of this process.
std::unique_ptr<ChangeNotices> make_postgres_notices(db::PostgresOptions options, std::string own_sender);

}  // namespace boltseal::server
