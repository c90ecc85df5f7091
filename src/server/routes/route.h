// The paths of the API (NOTARY-SERVER.md 2.1): path text in, what it names out. Pure.
//
// The GUN ends at the last "/_trust/" of the path (it may hold slashes); role names are matched as
// notary-server's patterns do, so a name may pass here that is no valid role: then nothing is stored there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/names.h"
#include "tuf/form.h"

namespace boltseal::server {

enum class Place : std::uint8_t {
  none,               ///< no such route
  ping,               ///< /v2/
  repository,         ///< /v2/<gun>/_trust/tuf/
  role,               ///< .../<role>.json
  role_by_hash,       ///< .../<role>.<hex>.json
  role_by_version,    ///< .../<version>.<role>.json
  key,                ///< .../(snapshot|timestamp).key
  changefeed,         ///< /v2/<gun>/_trust/changefeed
  global_changefeed,  ///< /v2/_trust/changefeed
  health,             ///< /_notary_server/health
  live,               ///< /livez
  ready,              ///< /readyz
  metrics,            ///< /metrics
  tuf1_repository,    ///< /v2/<gun>/_trust/tuf1/
  tuf1_metadata,      ///< .../tuf1/metadata/[<version>.]<role>.json
  tuf1_target         ///< .../tuf1/targets/<anything>
};

/// Views of the path.
struct Route {
  Place place = Place::none;
  std::string_view gun;
  std::string_view role;
  std::string_view hash;                ///< role_by_hash: 64, 96 or 128 hex digits of either case
  std::string_view version_text;        ///< role_by_version, tuf1_metadata: decimal digits
  std::optional<std::int64_t> version;  ///< nothing when it does not fit
};

/// `path` is percent-decoded once and clean.
Route parse_route(std::string_view path);

/// Whether the path is the only spelling of its route: what may be a cache key.
bool is_canonical(const Route& route);

}  // namespace boltseal::server
