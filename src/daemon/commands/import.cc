#include "daemon/commands/import.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"
#include "daemon/role_server.h"
#include "server/import/import.h"

namespace boltseal::daemon {
namespace {

Result<server::ImportOptions> options_of(const ImportCommand& command) {
  server::ImportOptions options{.dry_run = command.dry_run};
  if (command.accept_root.empty()) return options;
  const auto digest = Digest::parse("sha256:" + command.accept_root);
  if (!digest)
    return fail(ErrorCode::usage, "--accept-root is 64 lower-case hex digits: the SHA-256 of a root");
  options.accepted_root = digest->sha256();
  return options;
}

/// What would be stored and never served.
Result<void> require_served(const Gun& gun, const ServerConfig& config) {
  if (!config.any_gun_name && !Gun::parse(gun.str())) {
    return fail(ErrorCode::forbidden, escape_untrusted(gun.str()) + " is no name in Docker's grammar",
                "allow it with server.repositories.any_name in the configuration");
  }
  const auto& prefixes = config.gun_prefixes;
  const bool listed =
      prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(),
                                      [&](const auto& prefix) { return gun.str().starts_with(prefix); });
  if (listed) return {};
  return fail(ErrorCode::forbidden, "this server does not serve " + escape_untrusted(gun.str()),
              "add its beginning to server.repositories.gun_prefixes of the configuration");
}

}  // namespace

Result<void> import_repository(const ImportCommand& command, const Config& config, const Places& places) {
  const server::ImportOptions options = BS_TRY(options_of(command));
  if (config.server.storage.kind == StorageKind::memory) {
    return fail(ErrorCode::usage, "memory storage ends with its server: nothing can be imported into it",
                "name the configuration with --config FILE");
  }
  const server::Bundle bundle = BS_TRY(server::read_bundle(command.bundle));
  BS_TRY(require_served(bundle.manifest.gun, config.server));
  const std::optional<Home> home = BS_TRY(open_home(places));
  const auto parts = BS_TRY(open_parts(config.server, home));
  const server::Signing signing(*parts.keys, server_options(config.server).lifetimes);
  const auto report =
      BS_TRY(server::import_bundle({*parts.storage, signing, *parts.record, *parts.clock}, bundle, options));
  fmt::print("{}", server::describe(report, options));
  return {};
}

}  // namespace boltseal::daemon
