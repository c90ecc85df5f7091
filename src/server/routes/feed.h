// The changefeed (NOTARY-SERVER.md 2.8): query in, JSON out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/api_error.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct FeedQuery {
  std::int64_t records = 100;  ///< negative: backwards
  std::int64_t after = 0;
};

/// INVALID_PARAMETERS, with notary-server's details.
ApiResult<FeedQuery> parse_feed_query(std::string_view query);

/// {"count":1,"records":[{"ID":"1","CreatedAt":...,"GUN":...,"Version":1,"SHA256":...,"Category":"update"}]}
std::string feed_json(const std::vector<Change>& changes);

}  // namespace boltseal::server
