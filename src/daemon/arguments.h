// The command line of boltseald: [ROLE...] [OPTIONS], or a command with its own words. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/config_file.h"

namespace boltseal::daemon {

struct CommandEntry;

enum class Action { serve, command, version, help };

struct Arguments {
  Action action = Action::serve;
  const CommandEntry* command = nullptr;  ///< of Action::command
  std::vector<std::string> roles;  ///< of serve: server, signer; none: those that the configuration enables
  std::vector<std::string> operands;               ///< of the command
  std::map<std::string, std::string> own_options;  ///< of the command; a flag's value is empty

  std::string config;         ///< file; empty: built-in configuration
  std::string signer_config;  ///< notary-signer's file, joined to notary-server's
  std::string listen;         ///< ADDRESS:PORT; replaces the server's listeners of the configuration
  std::string state_dir, keys_dir;
  std::string tls_cert, tls_key;

  /// Set by the names notary-server and notary-signer (daemon/notary_flags.h).
  FileKind called_as = FileKind::native;
  bool debug_listener = false;
  bool bootstrap = false;
  std::vector<std::string> warnings;
};

/// Options take "--name VALUE" or "--name=VALUE", before or after the words. usage: an unknown option,
/// command or role, a missing value, one option twice.
Result<Arguments> parse_arguments(std::span<const std::string> words);

std::string usage_text();

}  // namespace boltseal::daemon
