// The entries of daemon/commands/. A new command is a file with its entry, a line here and one in the table.
#pragma once

#include "daemon/command.h"

namespace boltseal::daemon {

extern const CommandEntry kBackup;
extern const CommandEntry kConfigCheck;
extern const CommandEntry kConfigPrint;
extern const CommandEntry kGunExpiry;
extern const CommandEntry kGunList;
extern const CommandEntry kGunReset;
extern const CommandEntry kGunShow;
extern const CommandEntry kImport;
extern const CommandEntry kKeysRewrap;
extern const CommandEntry kPrune;
extern const CommandEntry kRestore;
extern const CommandEntry kShadow;
extern const CommandEntry kVerifyStore;

}  // namespace boltseal::daemon
