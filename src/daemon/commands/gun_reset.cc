// boltseald gun reset GUN
#include <fmt/core.h>

#include <cstdio>

#include "base/names.h"
#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/store_access.h"

namespace boltseal::daemon {
namespace {

Result<void> reset(const Invocation& invocation) {
  const Gun gun = BS_TRY(Gun::parse_lenient(invocation.operand(0)));
  const auto storage = BS_TRY(open_store_files(invocation));
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
