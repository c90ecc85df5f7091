// ONE model of TUF metadata for both forms. Plain values: copied and compared freely, no invariants but
// those of the parser, no thread affinity. The codecs (tuf/codec.h) make and write them; the editor changes
// them.
//
// Unknown members are kept as `Extras` (name, canonical JSON text) wherever the form allows objects to be
// open, so that a file that we sign again keeps them. Canonical text is the dialect of the file's form; its
// strings hold control characters raw, so it goes to the wire through codec.h only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "tuf/form.h"
#include "tuf/roles.h"

namespace boltseal::tuf {

/// What all `signed` objects have.
struct Common {
  Form form = Form::notary;
  std::int64_t version = 1;  ///< 1..2^53-1
  Time expires{};
  std::string expires_text;                    ///< as written in the file; empty: written from `expires`
  std::string spec_version;                    ///< TUF 1.0 only
  std::optional<std::string> gun;              ///< `x-boltseal-gun`; TUF 1.0 only (SECURITY rule 1)
  std::optional<std::int64_t> notary_version;  ///< `x-boltseal-notary-version`; TUF 1.0 only (TUF.md 8)
  Extras extras;

  bool operator==(const Common&) const = default;
};

struct Root : Common {
  std::optional<bool> consistent_snapshot;
  KeyMap keys;
  RoleKeys root, targets, snapshot, timestamp;
  Extras other_roles;  ///< `mirrors` and the like: kept, never used

  const RoleKeys& role(FileType type) const;
  RoleKeys& role(FileType type);
  bool operator==(const Root&) const = default;
};

struct Target {
  std::string name;
  std::int64_t length = 0;
  Hashes hashes;
  std::string custom;  ///< canonical JSON (TUF 1.0: an object); empty: absent
  Extras extras;

  bool operator==(const Target&) const = default;
};

/// What Boltseal writes into a target's `custom.boltseal` (SECURITY rules 1, 4 and 5). Unknown members stay
/// in `custom`.
struct TargetFacts {
  std::optional<std::string> gun;
  std::optional<std::string> media_type;
  std::optional<std::string> source;  ///< "resolve-tag": the digest came from the registry's answer
};

struct Targets : Common {
  std::vector<Target> targets;  ///< sorted by name (bytes), unique
  std::optional<Delegations> delegations;
  std::optional<Sha256> based_on;  ///< `x-boltseal-based-on`; TUF 1.0 only (SECURITY rule 3)

  const Target* find(std::string_view name) const;
  bool operator==(const Targets&) const = default;
};

/// What snapshot and timestamp say of a file.
struct Meta {
  std::string name;                     ///< role name, without ".json" in both forms
  std::optional<std::int64_t> version;  ///< TUF 1.0: always there
  std::optional<std::int64_t> length;   ///< Notary: always there
  Hashes hashes;
  bool removed = false;  ///< `x-boltseal-removed`; TUF 1.0 only (SECURITY rule 3)
  Extras extras;

  bool operator==(const Meta&) const = default;
};

struct Snapshot : Common {
  std::vector<Meta> meta;      ///< sorted by name (bytes), unique
  Extras other_meta;           ///< TUF 1.0: members of `meta` that don't end in ".json": kept, never used
  std::optional<Sha256> twin;  ///< `x-boltseal-twin`: hash of the Notary file; TUF 1.0 only (SECURITY rule 2)

  const Meta* find(std::string_view role) const;
  bool operator==(const Snapshot&) const = default;
};

struct Timestamp : Common {
  Meta snapshot;
  Extras other_meta;           ///< other members of `meta`: kept, never used
  std::optional<Sha256> twin;  ///< as in Snapshot
  std::optional<Time> issued;  ///< `x-boltseal-issued`; TUF 1.0 only (SECURITY rule 10)

  bool operator==(const Timestamp&) const = default;
};

/// A signature as it stands in a file.
struct Signature {
  std::string keyid;
  std::string method;     ///< Notary only; lower case
  Bytes sig;              ///< empty: not signed yet (TUF 1.0)
  bool decodable = true;  ///< false: `sig` is no hex (TUF 1.0): an invalid signature
  std::string text;       ///< `sig` as written, when not decodable
  Extras extras;

  bool operator==(const Signature&) const = default;
};

/// `custom.boltseal` of a target; all empty when there is none. bad_format: wrong types.
Result<TargetFacts> target_facts(const Target& target);

}  // namespace boltseal::tuf
