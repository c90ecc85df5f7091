// Where boltseald keeps things when nobody says. Pure: environment and user are parameters.
#pragma once

#include <string>

#include "base/result.h"
#include "daemon/arguments.h"
#include "daemon/environment.h"

namespace boltseal::daemon {

struct Places {
  std::string state_dir;
  std::string keys_dir;
};

/// State: --state-dir, else the first entry of $STATE_DIRECTORY, else /var/lib/boltseald for root, else
/// $XDG_STATE_HOME/boltseald, else ~/.local/state/boltseald. Keys: --keys-dir, else the state directory's
/// path
/// + "-keys". usage: none of these can be told, or both are the same directory or one lies in the other.
Result<Places> choose_places(const Arguments& arguments, const Environment& environment, bool is_root);

}  // namespace boltseal::daemon
