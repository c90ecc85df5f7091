// A command of boltseald (first word of the command line) and what it is run with. Each stands in a file of
// daemon/commands/ and in the table there; arguments, usage and help follow from the entry.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/arguments.h"
#include "daemon/config_file.h"
#include "daemon/environment.h"
#include "daemon/places.h"

namespace boltseal::daemon {

struct CommandOption {
  std::string_view name;   ///< "--beside"
  std::string_view value;  ///< what it takes ("URL"); empty: a flag
  std::string_view help;
};

/// What every command gets: the options and files of the command line, read.
struct Invocation {
  LoadedConfig loaded;
  Arguments arguments;
  TakenVariables variables;  ///< passphrases of aliases

  /// Only for commands that need directories.
  Result<Places> places() const;
  const std::string& operand(std::size_t index) const { return arguments.operands[index]; }
  bool has(std::string_view option) const { return arguments.own_options.contains(std::string(option)); }
  /// Value of an option of the command; empty when it is not given.
  std::string option(std::string_view name) const;
};

struct CommandEntry {
  std::string_view words;     ///< "gun reset": one or two
  std::string_view operands;  ///< for the usage: "GUN"
  std::string_view help;      ///< one line
  std::size_t least_operands = 0, most_operands = 0;
  std::span<const CommandOption> options;  ///< beside those of every command
  Result<void> (*run)(const Invocation&) = nullptr;
};

/// All commands, in the order of the usage.
std::span<const CommandEntry* const> commands();

}  // namespace boltseal::daemon
