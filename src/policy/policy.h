// The policy: who is asked for trust data, where trust begins, which names stand for which, how fresh data
// must be. Read from two JSON files, the system's and the user's; format: docs/reference/policy.md.
//
// The user's file may add and tighten, and loosen only what the system's does not set:
//   servers, names   for a GUN that the system's file has an entry for, the system's entry holds
//   pins             both files' pins hold (a system's and a user's pin that contradict each other deny)
//   first_use        the user's patterns count only where the system's file has no "first_use" member
//   freshness        each value: the stricter of both
//   pinned_only      true in either file holds
// Values: GUNs and patterns as in policy/pattern.h; durations "90s", "10m", "48h", "14d".
// Errors: bad_config with file and member. Immutable, thread safe after loading.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "policy/pattern.h"
#include "tuf/form.h"
#include "tuf/trust_facts.h"

namespace boltseal::policy {

/// Where a GUN's trust data is.
struct Server {
  GunPattern gun;
  std::string url;  ///< https://..., or an absolute path of a directory
  tuf::Form form = tuf::Form::notary;
};

/// Where trust in a GUN begins (SECURITY 13), and through which transport (SECURITY 14).
struct Pin {
  GunPattern gun;
  tuf::RootPin root;
  bool wildcard_certificate = false;  ///< accepts root certificates for "prefix/*" (SECURITY 1)
  std::string server;                 ///< empty: any
  /// Says which root is the right one; a minimal version alone does not.
  bool anchors() const { return root.sha256 || !root.keys.empty() || root.ca_bundle; }
  /// Changes with anything that says which root is right.
  Sha256 identity() const;
  /// By a key alone, without root version, hash or CA: said to the user (SECURITY 13).
  bool bare_keys() const { return !root.keys.empty() && !root.sha256 && !root.version && !root.ca_bundle; }
};

/// `name` is verified under the trust data of `source` (a replica, proxy cache or promoted copy).
struct NameMap {
  GunPattern name;  ///< ends in /** or /* : what the stars match is appended to source
  std::string source;
};

struct Freshness {
  Duration max_age = 14 * kDay;             ///< of x-boltseal-issued
  Duration max_remaining_life = 30 * kDay;  ///< of a timestamp
  bool require_online = false;              ///< the server must have answered now: no cached timestamp
};

/// One file as read.
struct PolicyFile {
  std::vector<Server> servers;
  std::vector<Pin> pins;
  std::vector<NameMap> names;
  std::optional<std::vector<GunPattern>> first_use;
  std::optional<Duration> max_age, max_remaining_life;
  std::optional<bool> require_online, pinned_only;
};

/// `text` is the file's content; `path` stands in messages, and files that pins name (ca_file) are read
/// relative to its directory. An unknown member is an error: a typing error must not loosen anything.
Result<PolicyFile> parse_policy(std::string text, const std::string& path);

class Policy {
 public:
  Policy() = default;
  Policy(PolicyFile system, PolicyFile user) : system_(std::move(system)), user_(std::move(user)) {}

  const Server* server_for(const Gun& gun) const;
  /// All pins that hold: the most specific of each file.
  std::vector<const Pin*> pins_for(const Gun& gun) const;
  /// The system's pin names a server: the user's file can't name another.
  bool system_pins_server(const Gun& gun) const;
  /// The pins as one; pin_mismatch when they contradict each other. Nothing where there is none.
  Result<std::optional<Pin>> pin_for(const Gun& gun) const;
  /// The GUN whose trust data speaks for `gun`.
  Result<Gun> source_of(const Gun& gun) const;
  bool allows_first_use(const Gun& gun) const;
  Freshness freshness() const;

 private:
  PolicyFile system_;
  PolicyFile user_;
};

/// Paths of the files: /etc/boltseal/policy.json and $XDG_CONFIG_HOME/boltseal/policy.json (~/.config).
inline constexpr const char* kSystemPolicy = "/etc/boltseal/policy.json";
/// Reads both; a file that is not there is empty, one that can't be read is an error.
Result<Policy> load_policy(const std::string& system_path, const std::string& user_path);

}  // namespace boltseal::policy
