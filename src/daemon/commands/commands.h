// The entries of daemon/commands/. A new command is a file with its entry, a line here and one in the table.
#pragma once

#include "daemon/command.h"

namespace boltseal::daemon {

extern const CommandEntry kConfigCheck;
extern const CommandEntry kConfigPrint;
extern const CommandEntry kGunReset;
extern const CommandEntry kImport;

}  // namespace boltseal::daemon
