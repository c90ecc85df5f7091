// Where a GUN's metadata is read from and published to. Bytes come as they are stored; nothing here verifies
// them. Names become paths by the encoders of base/names alone.
//
// Errors of every transport: no_trust_data (nothing is known about the GUN: its current root is absent),
// metadata_missing (any other file that is absent), unauthorized, forbidden, too_many_requests, server_error,
// unreachable, tls_failed, timed_out, limit_exceeded (longer than asked), length_mismatch, bad_response,
// conflict (publish: others were first), usage (the transport cannot do it), io_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "tuf/form.h"

namespace boltseal::transport {

/// One file: the current one of a role, or that of a hash or a version.
struct Item {
  RoleName role;
  std::size_t limit;  ///< bytes; longer is limit_exceeded
  std::optional<Sha256> sha256;
  std::optional<std::int64_t> version;
};

/// One file to publish.
struct Part {
  RoleName role;
  std::string bytes;
  std::optional<std::int64_t> version;  ///< needed by stores that name files by version (TUF 1.0)
};

/// Used by one thread at a time. Strings have at least 64 bytes of spare capacity, so that json::Document
/// takes them over without a copy.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual tuf::Form form() const = 0;
  /// Where it is, for messages and `inspect`: "https://notary.docker.io", "/srv/trust".
  virtual std::string describe() const = 0;

  /// Side by side where the transport can; answers in the order of the items.
  virtual std::vector<Result<std::string>> fetch_all(const std::vector<Item>& items) = 0;
  /// All parts or none.
  virtual Result<void> publish(const std::vector<Part>& parts) = 0;
  /// Public key (JSON as the server sends it) that the server holds for snapshot or timestamp.
  virtual Result<std::string> server_key(const RoleName& role);
  virtual Result<std::string> rotate_server_key(const RoleName& role);
  /// Removes all trust data of the GUN.
  virtual Result<void> remove_all();

  Result<std::string> current(const RoleName& role, std::size_t limit);
  Result<std::string> by_hash(const RoleName& role, const Sha256& sha256, std::size_t limit);
  Result<std::string> by_version(const RoleName& role, std::int64_t version, std::size_t limit);
};

}  // namespace boltseal::transport
