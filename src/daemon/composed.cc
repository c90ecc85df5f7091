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
  const StorageConfig& storage = server.storage;
  if (storage.kind == StorageKind::postgres || storage.kind == StorageKind::mysql)
    return missing("server.storage.kind " + std::string(word_of(kStorageKinds, storage.kind)));
  if (storage.prune_superseded || storage.prune_changes) return missing("server.storage.prune");
  const bool in_memory = storage.kind == StorageKind::memory;
  if (server.keys.place != (in_memory ? KeyPlace::memory : KeyPlace::vault))
    return missing("server.keys.place " + std::string(word_of(kKeyPlaces, server.keys.place)) +
                   " on this storage");
  if (server.auth.kind != AuthKind::none) return missing("server.auth");
  if (server.rate.requests_per_second > 0) return missing("server.limits.rate");
  if (!server.trusted_proxies.empty()) return missing("server.trusted_proxies");
  return {};
}

}  // namespace

Result<void> check_composed(const Config& config) {
  if (config.signer) return missing("signer");
  if (!config.access_log.empty()) return missing("logging.access_log");
  if (config.server) return check_server(*config.server);
  return {};
}

}  // namespace boltseal::daemon
