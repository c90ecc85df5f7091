// The command line of boltseald: [ROLE...] [OPTIONS], or a command with its own words. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace boltseal::daemon {

enum class Command { serve, config_check, config_print, gun_reset, version, help };

struct Arguments {
  Command command = Command::serve;
  std::vector<std::string> roles;  ///< of serve; none given: "server"
  std::string config;              ///< file; empty: built-in configuration
  std::string listen;              ///< ADDRESS:PORT; replaces the listeners of the configuration
  std::string state_dir, keys_dir;
  std::string tls_cert, tls_key;
  std::string gun;  ///< of gun_reset
};

/// Options take "--name VALUE" or "--name=VALUE", before or after the words. usage: an unknown option,
/// command or role, a missing value, one option twice.
Result<Arguments> parse_arguments(std::span<const std::string> words);

std::string usage_text();

}  // namespace boltseal::daemon
