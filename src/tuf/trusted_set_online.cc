// Timestamp and snapshot.
#include <fmt/core.h>

#include "base/untrusted.h"
#include "tuf/trusted_set_state.h"

namespace boltseal::tuf {

/// TUF 1.0 files of a GUN carry its name (SECURITY 1).
Result<void> TrustedSet::State::check_gun(const RoleName& role, const Common& body) {
  if (options.form != Form::tuf1 || !options.gun) return {};
  if (body.gun && names_this_repository(*body.gun)) return {};
  return refusals.refuse({.code = ErrorCode::gun_mismatch, .role = role},
                         fmt::format("{} is that of {}, not of {}", shown(role),
                                     body.gun ? escape_untrusted(*body.gun) : "no repository",
                                     escape_untrusted(options.gun->str())),
                         "files of another repository are being served under this name");
}

// ---- timestamp -------------------------------------------------------------------------------------------

Result<void> TrustedSet::State::check_timestamp(const Timestamp& body) {
  BS_TRY(check_issued(refusals, body, options));
  BS_TRY(check_floor(refusals, RoleName::timestamp(), body.version, floors));
  if (body.snapshot.version)
    BS_TRY(check_floor(refusals, RoleName::snapshot(), *body.snapshot.version, floors));
  return {};
}

void TrustedSet::State::accept_timestamp(Held<Timestamp> held) {
  const Timestamp& body = held.file.body();
  held.facts.issued = body.issued;
  held.facts.twin = body.twin;
  const auto floor = floors.roles.find(RoleName::timestamp());
  held.facts.other_content_at_floor = floor != floors.roles.end() && floor->second.version == body.version &&
                                      floor->second.sha256 && *floor->second.sha256 != held.facts.sha256;
  raise_floor(floors, RoleName::timestamp(), body.version, held.facts.sha256);
  // TUF 1.0: the snapshot that a timestamp names counts, fetched or not (5.4.4).
  if (body.snapshot.version) {
    raise_floor(floors, RoleName::snapshot(), *body.snapshot.version, body.snapshot.hashes.sha256);
  }
  if (body.issued && options.gun && (!floors.issued || *floors.issued < *body.issued))
    floors.issued = body.issued;
  timestamp = std::move(held);
}

LocalFile TrustedSet::State::offer_timestamp(std::string bytes) {
  if (phase != Phase::timestamp || ignore_local_online_) return LocalFile::ignored;
  auto file = parse_timestamp(options.form, std::move(bytes));
  if (!file) return LocalFile::ignored;
  auto held = verify(RoleName::timestamp(), *file, {root->file->timestamp, root->file->keys});
  if (!held || !check_timestamp(held->file.body())) return LocalFile::ignored;
  accept_timestamp(std::move(*held));
  timestamp_is_local = true;
  return options.now < timestamp->facts.expires ? LocalFile::current : LocalFile::floor_only;
}

Result<TimestampStep> TrustedSet::State::update_timestamp(std::string bytes) {
  if (phase != Phase::timestamp) return out_of_order("a timestamp");
  BS_TRY(check_clock(refusals, floors, options.now));
  const bool same_bytes = timestamp && timestamp->file.bytes() == bytes;
  std::optional<Held<Timestamp>> fresh;
  if (!same_bytes) {
    auto file = parse_timestamp(options.form, std::move(bytes));
    if (!file) return refusals.pass(RoleName::timestamp(), std::move(file.error()));
    fresh = BS_TRY(verify(RoleName::timestamp(), *file, {root->file->timestamp, root->file->keys}));
    if (timestamp && fresh->facts.version == timestamp->facts.version) fresh.reset();
  }
  if (fresh) BS_TRY(check_timestamp(fresh->file.body()));
  BS_TRY(
      check_expiry(refusals, RoleName::timestamp(), (fresh ? fresh : timestamp)->facts.expires, options.now));
  const bool persist = fresh.has_value();
  if (persist) accept_timestamp(std::move(*fresh));
  timestamp_is_local = false;
  phase = Phase::snapshot;
  promote_local_snapshot();
  return TimestampStep{persist, timestamp->facts.version};
}

Result<void> TrustedSet::State::use_local_timestamp() {
  if (phase != Phase::timestamp) return out_of_order("the timestamp of the cache");
  BS_TRY(check_clock(refusals, floors, options.now));
  if (!timestamp) {
    return refusals.refuse({.code = ErrorCode::metadata_missing, .role = RoleName::timestamp()},
                           "no usable timestamp in the cache",
                           "verify once while the trust server can be reached");
  }
  BS_TRY(check_expiry(refusals, RoleName::timestamp(), timestamp->facts.expires, options.now));
  phase = Phase::snapshot;
  promote_local_snapshot();
  return {};
}

// ---- snapshot --------------------------------------------------------------------------------------------

std::optional<Want> TrustedSet::State::want_snapshot() const {
  if (phase != Phase::snapshot) return std::nullopt;
  const Meta& meta = timestamp->file->snapshot;
  std::size_t limit = options.form == Form::tuf1 ? options.snapshot_bytes : limits::kNotaryMetadataBytes;
  if (meta.length && *meta.length >= 0) limit = static_cast<std::size_t>(*meta.length);
  return Want{.role = RoleName::snapshot(),
              .version = meta.version,
              .sha256 = meta.hashes.sha256,
              .limit = std::min(limit, limits::kNotaryMetadataBytes),
              .consistent = root->file->consistent_snapshot.value_or(false)};
}

Result<Sha256> TrustedSet::State::root_listed_in(const Snapshot& body) {
  const Meta* listed_root = body.find(RoleName::root().str());
  if (listed_root != nullptr && listed_root->hashes.sha256) return *listed_root->hashes.sha256;
  return refusals.refuse({.code = ErrorCode::bad_format, .role = RoleName::snapshot()},
                         "the snapshot does not name the root by its SHA-256");
}

Result<std::optional<Sha256>> TrustedSet::State::check_snapshot(const Snapshot& body) {
  const Meta& meta = timestamp->file->snapshot;
  if (meta.version) BS_TRY(check_version(refusals, RoleName::snapshot(), body.version, *meta.version));
  BS_TRY(check_floor(refusals, RoleName::snapshot(), body.version, floors));
  if (options.form == Form::tuf1) BS_TRY(check_listed_roles(refusals, body, floors));
  if (!options.tolerate_expired_targets) {
    BS_TRY(check_expiry(refusals, RoleName::snapshot(), body.expires, options.now));
  }
  if (options.form == Form::tuf1) return std::nullopt;
  const Sha256 wanted = BS_TRY(root_listed_in(body));
  if (wanted == root->facts.sha256) return std::nullopt;
  if (!refreshed_) return wanted;
  return refusals.refuse({.code = ErrorCode::hash_mismatch, .role = RoleName::root(), .expected = wanted},
                         "the snapshot belongs to another root than the newest one that the server has");
}

void TrustedSet::State::accept_snapshot(Held<Snapshot> held) {
  held.facts.twin = held.file->twin;
  const auto floor = floors.roles.find(RoleName::snapshot());
  held.facts.other_content_at_floor = floor != floors.roles.end() &&
                                      floor->second.version == held.facts.version && floor->second.sha256 &&
                                      *floor->second.sha256 != held.facts.sha256;
  raise_floor(floors, RoleName::snapshot(), held.facts.version, held.facts.sha256);
  if (options.form == Form::tuf1) raise_listed(floors, held.file.body());
  snapshot = std::move(held);
}

/// A snapshot of the cache counts against rollback even if the new timestamp names another one, and even if
/// it has expired.
LocalFile TrustedSet::State::offer_snapshot(std::string bytes) {
  if ((phase != Phase::timestamp && phase != Phase::snapshot) || ignore_local_online_)
    return LocalFile::ignored;
  auto file = parse_snapshot(options.form, std::move(bytes));
  if (!file) return LocalFile::ignored;
  auto held = verify(RoleName::snapshot(), *file, {root->file->snapshot, root->file->keys});
  if (!held) return LocalFile::ignored;
  const bool stale = !check_floor(refusals, RoleName::snapshot(), held->facts.version, floors) ||
                     (options.form == Form::tuf1 && !check_listed_roles(refusals, held->file.body(), floors));
  if (stale) return LocalFile::ignored;
  accept_snapshot(std::move(*held));
  promote_local_snapshot();
  return phase == Phase::targets ? LocalFile::current : LocalFile::floor_only;
}

void TrustedSet::State::promote_local_snapshot() {
  if (phase != Phase::snapshot || !snapshot) return;
  const Meta& meta = timestamp->file->snapshot;
  const auto& file = snapshot->file;
  if (!check_content(refusals, options.form, RoleName::snapshot(), meta, file.bytes(), &file.sha256()))
    return;
  const auto other_root = check_snapshot(snapshot->file.body());
  if (other_root && !*other_root) phase = Phase::targets;
}

Result<SnapshotStep> TrustedSet::State::update_snapshot(std::string bytes) {
  if (phase != Phase::snapshot) return out_of_order("a snapshot");
  BS_TRY(check_content(refusals, options.form, RoleName::snapshot(), timestamp->file->snapshot, bytes));
  auto file = parse_snapshot(options.form, std::move(bytes));
  if (!file) return refusals.pass(RoleName::snapshot(), std::move(file.error()));
  Held<Snapshot> held = BS_TRY(verify(RoleName::snapshot(), *file, {root->file->snapshot, root->file->keys}));
  const std::optional<Sha256> other_root = BS_TRY(check_snapshot(held.file.body()));
  if (other_root) return SnapshotStep{other_root, held.facts.version};
  accept_snapshot(std::move(held));
  phase = Phase::targets;
  return SnapshotStep{std::nullopt, snapshot->facts.version};
}

}  // namespace boltseal::tuf
