// How floors rise and fall. Internal to tuf/. Pure on the Floors given; not thread safe on one value.
#pragma once

#include <cstdint>

#include "tuf/model.h"
#include "tuf/trust_facts.h"

namespace boltseal::tuf {

/// A version was verified. Lower ones change nothing; an equal one brings its hash up to date.
void raise_floor(Floors& floors, const RoleName& role, std::int64_t version,
                 const std::optional<Sha256>& sha256);
/// TUF 1.0: every role that the snapshot lists.
void raise_listed(Floors& floors, const Snapshot& snapshot);

struct Dropped {
  bool timestamp = false;  ///< and snapshot
  bool targets = false;
};

/// Recovery from fast-forward (specification 5.3.11, SECURITY 11). Where `root` lacks a snapshot key under
/// which the floors were made, timestamp, snapshot and all targets roles lose theirs; a timestamp key:
/// timestamp and snapshot. A key that was only added drops nothing: files of the old keys still verify.
/// The root's floor never falls. Afterwards the floors belong to `root`.
Dropped follow_keys(Floors& floors, const Root& root);

}  // namespace boltseal::tuf
