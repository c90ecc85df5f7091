// Who signs what: keys and thresholds of roles, delegations. Part of the model (tuf/model.h), same rules.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/names.h"
#include "tuf/key.h"

namespace boltseal::tuf {

/// Keys by the id under which the file lists them.
using KeyMap = std::map<std::string, Key, std::less<>>;

/// Hashes of a file. Unknown algorithms are kept as their text in the file.
struct Hashes {
  std::optional<Sha256> sha256;
  std::optional<Sha512> sha512;
  std::vector<std::pair<std::string, std::string>> others;

  bool any_known() const { return sha256 || sha512; }
  bool operator==(const Hashes&) const = default;
};

/// What signs a role: keyids in file order, unique in TUF 1.0.
struct RoleKeys {
  std::vector<std::string> keyids;
  std::int64_t threshold = 1;
  Extras extras;
  bool null_keyids = false;  ///< Notary: `"keyids":null`, as its `delegation purge` leaves it

  bool operator==(const RoleKeys&) const = default;
};

/// A delegation as its parent lists it.
struct DelegatedRole : RoleKeys {
  std::string name;
  std::vector<std::string> paths;  ///< Notary: prefixes; TUF 1.0: patterns. Empty matches nothing.
  std::vector<std::string> path_hash_prefixes;  ///< TUF 1.0 only; lower-case hex
  bool has_paths = false;                       ///< the member stood in the file
  bool has_hash_prefixes = false;
  std::optional<bool> terminating;  ///< TUF 1.0 only; absent is false

  bool operator==(const DelegatedRole&) const = default;
};

/// Succinct hash bins (TAP 15); TUF 1.0 only.
struct SuccinctRoles : RoleKeys {
  int bit_length = 1;  ///< 1..32
  std::string name_prefix;

  /// Is this the name of one of the bins: "<name_prefix>-<hex>" with a number below 2^bit_length?
  bool is_bin(std::string_view role) const;
  bool operator==(const SuccinctRoles&) const = default;
};

struct Delegations {
  KeyMap keys;
  std::vector<DelegatedRole> roles;       ///< file order; names are unique
  std::optional<SuccinctRoles> succinct;  ///< excludes `roles`
  Extras extras;

  const DelegatedRole* find(std::string_view name) const;
  DelegatedRole* find(std::string_view name);
  bool operator==(const Delegations&) const = default;
};

}  // namespace boltseal::tuf
