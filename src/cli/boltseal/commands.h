// The commands of `boltseal`, one function and one file each.
#pragma once

#include <span>

#include "cli/command.h"

namespace boltseal::cli {

Command init_command();
Command sign_command();
Command verify_command();
Command resolve_command();
Command inspect_command();
Command list_command();
Command revoke_command();
Command rotate_command();
Command export_command();
Command pin_command();
Command key_list_command();
Command key_generate_command();
Command key_import_command();
Command key_export_command();
Command doctor_command();
Command version_command();
Command completion_command();

/// All of them, in the order of the help.
const std::vector<Command>& boltseal_commands();
/// Options that every command takes, before or after its name.
std::span<const Option> global_options();

/// Entry of the personality `boltseal`: `words` without the program's name. Gives the exit status.
int boltseal_main(const std::vector<std::string>& words);

}  // namespace boltseal::cli
