// The native configuration of boltseald: JSON, one tree for each role under its name, unknown members
// refused. Every member is optional; docs/reference/boltseald.md lists them. Values are checked when
// they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "crypto/public_key.h"

namespace boltseal::daemon {

/// `server.listen[]`. Without certificate files and not plain, boltseald uses a certificate of its own CA.
struct ListenConfig {
  std::string address = "127.0.0.1:4443";
  std::string tls_cert, tls_key;  ///< PEM files; both or none
  bool plain = false;             ///< HTTP without TLS
};

enum class StorageKind : std::uint8_t { sqlite, memory };

struct StorageConfig {
  StorageKind kind = StorageKind::sqlite;
  std::string path;  ///< empty: server.db in the state directory
  std::int64_t connections = 4;
};

struct ServerConfig {
  std::vector<ListenConfig> listen = {ListenConfig{}};
  StorageConfig storage;
  crypto::KeyAlgorithm key_algorithm = crypto::KeyAlgorithm::ecdsa_p256;
  Duration snapshot_lifetime = 3 * 365 * kDay;
  Duration timestamp_lifetime = 14 * kDay;
  std::int64_t renew_at_percent = 50;  ///< of a lifetime
  std::int64_t max_age_current = 300;  ///< seconds; 0: not to be cached
  std::int64_t max_age_consistent = 2'592'000;
  std::vector<std::string> gun_prefixes;
  bool any_gun_name = false;
  bool open_changefeed = false;
  std::int64_t upload_bytes = 128 << 20;
  std::int64_t cache_bytes = 64 << 20;
  std::int64_t connections = 10'000;
  std::int64_t workers = 0;  ///< 0: by the number of processors
};

struct Config {
  ServerConfig server;
  log::Level log_level = log::Level::info;
  bool log_requests = false;  ///< one event for each request, at level info
};

/// bad_config naming the member and what it may hold. Paths in it are relative to `directory`.
Result<Config> parse_config(std::string text, const std::string& directory);
/// Reads a file; its directory is that of relative paths. not_found, io_error, bad_config.
Result<Config> read_config(const std::string& path);
/// All members with their values, as a file that gives the same configuration.
std::string print_config(const Config& config);

/// "14d", "12h", "90m", "30s", or seconds as a bare number; 1 s to 100 years. bad_config.
Result<Duration> parse_duration(std::string_view text);
std::string print_duration(Duration duration);

}  // namespace boltseal::daemon
