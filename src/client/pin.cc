#include "client/pin.h"

#include "base/encoding.h"
#include "base/files.h"
#include "base/limits.h"
#include "client/first_use.h"
#include "client/session.h"
#include "policy/policy_edit.h"

namespace boltseal::client {
namespace {

Result<void> write_pin(const std::string& path, const policy::NewPin& pin) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return fail(ErrorCode::usage, "there is no place for the user's policy file",
                "set HOME or XDG_CONFIG_HOME");
  const Directory directory = BS_TRY(Directory::open(path.substr(0, slash), true));
  const std::string name = path.substr(slash + 1);
  const FileLock lock = BS_TRY(directory.lock("." + name + ".lock", 10'000));
  std::string text;
  if (directory.exists(name)) text = BS_TRY(directory.read(name, limits::kConfigBytes));
  return directory.write_atomic(name, BS_TRY(policy::with_pin(text, pin, path)), 0644);
}

}  // namespace

Result<Pinned> pin(Environment& environment, const Gun& gun, const PinOptions& options) {
  Location location = BS_TRY(environment.locate(gun, PinnedServer::replaced));
  if (options.root_sha256) {
    policy::Pin wanted =
        location.pin.value_or(policy::Pin{.gun = BS_TRY(policy::GunPattern::parse(location.gun.str()))});
    wanted.root.sha256 = options.root_sha256;
    wanted.root.version = options.root_version;
    location.pin = std::move(wanted);
  }
  auto transport = BS_TRY(environment.open_transport(location));
  Session session(environment, location, std::move(transport));
  if (!environment.settings().server.empty()) session.accept_place();
  BS_TRY(session.refresh());
  if (session.first_use()) BS_TRY(settle_first_use(environment, session));
  // The root that was named, else the newest: the chain of roots rules from there on (SECURITY rule 13).
  Pinned pinned{.gun = session.gun(),
                .root_version = session.set().root()->version,
                .root_sha256 = hex_encode(session.set().root().sha256())};
  if (options.root_sha256) {
    const store::TrustState state = BS_TRY(session.store().state());
    const bool is_newest = *options.root_sha256 == session.set().root().sha256();
    if (!is_newest && state.first_root_sha256 != options.root_sha256) {
      return fail(ErrorCode::pin_mismatch,
                  "trust in " + pinned.gun.str() + " began with another root on this machine",
                  "if the named root is right, remove the repository's cache below the trust directory and "
                  "pin again");
    }
    if (!is_newest) pinned.root_version = state.first_root_version.value_or(1);
    pinned.root_sha256 = hex_encode(*options.root_sha256);
  }
  pinned.policy_path = environment.settings().user_policy;
  BS_TRY(write_pin(pinned.policy_path, {.gun = pinned.gun,
                                        .root_version = pinned.root_version,
                                        .root_sha256 = pinned.root_sha256,
                                        .server = location.url}));
  return pinned;
}

}  // namespace boltseal::client
