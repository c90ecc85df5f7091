// boltseald gun reset GUN
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "base/names.h"
#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/composed.h"
#include "daemon/role_server.h"

namespace boltseal::daemon {
namespace {

Result<void> reset(const Invocation& invocation) {
  const Gun gun = BS_TRY(Gun::parse_lenient(invocation.operand(0)));
  const auto& server = invocation.loaded.config.server;
  if (!server)
    return fail(ErrorCode::usage, "the configuration has no server", "name its file with --config");
  if (server->storage.kind == StorageKind::memory) {
    return fail(ErrorCode::usage, "memory storage has nothing to reset",
                "name the configuration with --config FILE");
  }
  BS_TRY(check_composed(invocation.loaded.config));
  const Places places = BS_TRY(invocation.places());
  const std::string path = database_path(*server, places);
  if (server->storage.kind == StorageKind::sqlite && ::access(path.c_str(), F_OK) != 0) {
    return fail(ErrorCode::not_found, "there is no database " + path, "name the state with --state-dir DIR");
  }
  const auto storage = BS_TRY(open_storage(*server, places));
  BS_TRY(storage->allow_reset(gun));
  const bool exists = BS_TRY(storage->latest(gun, tuf::Form::notary, RoleName::root())).has_value();
  fmt::print(stderr, "The next root of {} may begin anew, once{}.\n", escape_untrusted(gun.str()),
             exists ? "; its present data must be deleted first" : "");
  return {};
}

}  // namespace

const CommandEntry kGunReset{.words = "gun reset",
                             .operands = "GUN",
                             .help = "let a deleted GUN begin anew with any root",
                             .least_operands = 1,
                             .most_operands = 1,
                             .run = reset};

}  // namespace boltseal::daemon
