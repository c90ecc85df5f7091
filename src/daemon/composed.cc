#include "daemon/composed.h"

#include <string>
#include <string_view>

#include "daemon/config_fields.h"
#include "daemon/config_words.h"

namespace boltseal::daemon {
namespace {

tl::unexpected<Error> missing(std::string_view member) {
  return fail(ErrorCode::bad_config, "this boltseald can't serve with " + std::string(member),
              "leave it out, or use a later version");
}

Result<void> check_server(const ServerConfig& server) {
  if (server.storage.prune_superseded || server.storage.prune_changes) return missing("server.storage.prune");
  const bool in_memory = server.storage.kind == StorageKind::memory;
  if (in_memory && server.keys.place == KeyPlace::vault)
    return missing("server.keys.place vault on memory storage");
  return {};
}

}  // namespace

Result<void> check_composed(const Config& config) {
  if (config.server) return check_server(*config.server);
  return {};
}

}  // namespace boltseal::daemon
