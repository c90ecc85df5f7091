// Configuration files: boltseald's own, and those of notary-server and notary-signer as they stand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config.h"
#include "daemon/environment.h"

namespace boltseal::daemon {

enum class FileKind : std::uint8_t { native, notary_server, notary_signer };

struct LoadedConfig {
  Config config;
  FileKind kind = FileKind::native;
  std::vector<std::string>
      warnings;  ///< what a taken-over file holds and boltseald does not do; one sentence each
};

/// A file of boltseald's own: unknown members are refused. bad_config naming the member and what it may hold.
/// Paths in it are relative to `directory`.
Result<Config> parse_config(std::string text, const std::string& directory);

/// What to read, and what to take a file for that could be either.
struct ConfigSource {
  std::string path;
  std::string signer_path;  ///< a notary-signer's file that joins a notary-server's; empty: none
  FileKind preferred = FileKind::native;  ///< by the name of the program
};

/// Reads the file, whatever its kind; its directory is that of relative paths. Variables NOTARY_SERVER_* and
/// NOTARY_SIGNER_* go before the members of notary's files. not_found, io_error, bad_config (also for a
/// format that must be converted first).
Result<LoadedConfig> read_config(const ConfigSource& source, const Environment& environment);

/// All members with their values, as a file that gives the same configuration, but for passwords: REDACTED.
std::string print_config(const Config& config);

/// "14d", "12h", "90m", "30s", or seconds as a bare number; 1 s to 100 years. bad_config.
Result<Duration> parse_duration(std::string_view text);
std::string print_duration(Duration duration);

}  // namespace boltseal::daemon
