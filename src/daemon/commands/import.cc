// boltseald import BUNDLE: an exported repository into the store of this server, which must be stopped
// meanwhile: what it has in its caches would hide the import.
#include "server/import/import.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/role_server.h"

namespace boltseal::daemon {
namespace {

constexpr std::string_view kAcceptRoot = "--accept-root";
constexpr std::string_view kDryRun = "--dry-run";
constexpr CommandOption kOptions[] = {
    {kAcceptRoot, "SHA256",
     "a root of the bundle that you vouch for; needed where the bundle is not marked verified"},
    {kDryRun, "", "check everything, change nothing"}};

Result<server::ImportOptions> options_of(const Invocation& invocation) {
  server::ImportOptions options{.dry_run = invocation.has(kDryRun)};
  if (!invocation.has(kAcceptRoot)) return options;
  const auto digest = Digest::parse("sha256:" + invocation.option(kAcceptRoot));
  if (!digest) {
    return fail(ErrorCode::usage, "--accept-root is the SHA-256 of a root: 64 lower-case hex digits",
                "sha256sum BUNDLE/metadata/root.json prints that of the newest");
  }
  options.accepted_root = digest->sha256();
  return options;
}

Result<const ServerConfig*> server_of(const Config& config) {
  if (!config.server)
    return fail(ErrorCode::usage, "the configuration has no server", "name its file with --config");
  if (config.server->storage.kind == StorageKind::memory) {
    return fail(ErrorCode::usage, "memory storage ends with its server: nothing can be imported into it",
                "name the configuration with --config FILE");
  }
  return &*config.server;
}

/// What would be stored and never served.
Result<void> require_served(const Gun& gun, const ServerConfig& config) {
  if (!config.any_gun_name && !Gun::parse(gun.str())) {
    return fail(ErrorCode::forbidden, escape_untrusted(gun.str()) + " is no name in Docker's grammar",
                "allow it with server.repositories.any_name in the configuration");
  }
  const auto& prefixes = config.gun_prefixes;
  const auto begins = [&](const std::string& prefix) { return gun.str().starts_with(prefix); };
  if (prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(), begins)) return {};
  return fail(ErrorCode::forbidden, "this server does not serve " + escape_untrusted(gun.str()),
              "add its beginning to server.repositories.gun_prefixes of the configuration");
}

Result<void> import(const Invocation& invocation) {
  const server::ImportOptions options = BS_TRY(options_of(invocation));
  const ServerConfig& config = *BS_TRY(server_of(invocation.loaded.config));
  const server::Bundle bundle = BS_TRY(server::read_bundle(invocation.operand(0)));
  BS_TRY(require_served(bundle.manifest.gun, config));
  const std::optional<Home> home = BS_TRY(open_home(BS_TRY(invocation.places())));
  const auto parts =
      BS_TRY(open_parts(invocation.loaded.config, home, surroundings(home, invocation.variables)));
  const server::Signing signing(*parts.keys, lifetimes(config));
  const auto report =
      BS_TRY(server::import_bundle({*parts.storage, signing, *parts.record, *parts.clock}, bundle, options));
  fmt::print("{}", server::describe(report, options));
  return {};
}

}  // namespace

const CommandEntry kImport{.words = "import",
                           .operands = "BUNDLE",
                           .help = "take over a repository that boltseal export saved",
                           .least_operands = 1,
                           .most_operands = 1,
                           .options = kOptions,
                           .run = import};

}  // namespace boltseal::daemon
