// Targets roles: one path for the top-level role and all below it, and the facts of all accepted files.
#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "tuf/trusted_set_state.h"

namespace boltseal::tuf {
namespace {

/// Is `name` one of the bins "<prefix>-<hex>" of succinct roles (TAP 15)?
bool is_bin(const SuccinctRoles& bins, std::string_view name) {
  const std::size_t digits = (static_cast<std::size_t>(bins.bit_length) + 3) / 4;
  if (name.size() != bins.name_prefix.size() + 1 + digits || !name.starts_with(bins.name_prefix))
    return false;
  const std::string_view hex = name.substr(bins.name_prefix.size() + 1);
  if (name[bins.name_prefix.size()] != '-' || !is_lower_hex(hex)) return false;
  std::uint64_t number = 0;
  for (const char c : hex)
    number = number * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return number < (std::uint64_t{1} << static_cast<unsigned>(bins.bit_length));
}

}  // namespace

/// The entry of the snapshot; null where the role is not listed, or was removed (SECURITY 3).
const Meta* TrustedSet::State::listed(const RoleName& role) const {
  const Meta* meta = snapshot->file->find(role.str());
  return meta != nullptr && !meta->removed ? meta : nullptr;
}

Result<TrustedSet::State::Authority> TrustedSet::State::authority_of(const RoleName& delegator,
                                                                     const RoleName& role) {
  if (phase != Phase::targets) return out_of_order("a targets role");
  if (delegator == RoleName::root()) {
    if (role != RoleName::targets()) return out_of_order("a role that the root does not delegate");
    return Authority{root->file->targets, root->file->keys};
  }
  const auto parent = files_.find(delegator);
  if (parent == files_.end()) return out_of_order("a role before its delegator");
  const std::optional<Delegations>& delegations = parent->second->delegations;
  if (delegations) {
    if (const DelegatedRole* found = delegations->find(role.str()))
      return Authority{*found, delegations->keys};
    if (delegations->succinct && is_bin(*delegations->succinct, role.str())) {
      return Authority{*delegations->succinct, delegations->keys};
    }
  }
  return refusals.refuse({.code = ErrorCode::target_not_found, .role = role},
                         fmt::format("{} does not delegate to {}", shown(delegator), shown(role)));
}

Result<TrustedSet::State::Held<Targets>> TrustedSet::State::verify_targets(const RoleName& delegator,
                                                                           const RoleName& role,
                                                                           const Unverified<Targets>& file) {
  const Authority authority = BS_TRY(authority_of(delegator, role));
  Held<Targets> held = BS_TRY(verify(role, file, authority));
  held.facts.based_on = held.file->based_on;
  if (delegator != RoleName::root()) held.facts.delegator = delegator;
  return held;
}

Result<void> TrustedSet::State::check_targets(const RoleName& role, const Meta& meta,
                                              const Unverified<Targets>& file) {
  if (meta.version) BS_TRY(check_version(refusals, role, file->version, *meta.version));
  BS_TRY(check_floor(refusals, role, file->version, floors));
  if (options.tolerate_expired_targets) return {};
  return check_expiry(refusals, role, file->expires, options.now);
}

void TrustedSet::State::accept_targets(const RoleName& delegator, const RoleName& role, Held<Targets> held) {
  const auto floor = floors.roles.find(role);
  held.facts.other_content_at_floor = floor != floors.roles.end() &&
                                      floor->second.version == held.facts.version && floor->second.sha256 &&
                                      *floor->second.sha256 != held.facts.sha256;
  raise_floor(floors, role, held.facts.version, held.facts.sha256);
  files_.emplace(role, std::move(held.file));
  verified_.insert_or_assign(Edge{delegator, role}, std::move(held.facts));
  order_.emplace_back(delegator, role);
}

LocalFile TrustedSet::State::offer_targets(const RoleName& delegator, const RoleName& role,
                                           const Unverified<Targets>& file) {
  if (phase != Phase::targets || files_.contains(role)) return LocalFile::ignored;
  auto held = verify_targets(delegator, role, file);
  if (!held) return LocalFile::ignored;
  const Meta* meta = listed(role);
  if (meta != nullptr && check_content(refusals, options.form, role, *meta, file.bytes(), &file.sha256()) &&
      check_targets(role, *meta, file)) {
    accept_targets(delegator, role, std::move(*held));
    return LocalFile::current;
  }
  // TUF 1.0 compares with what the snapshots listed; Notary files are their own witnesses.
  if (options.form == Form::tuf1 || ignore_local_targets_) return LocalFile::ignored;
  raise_floor(floors, role, held->facts.version, held->facts.sha256);
  return LocalFile::floor_only;
}

Result<std::optional<Want>> TrustedSet::State::want_targets(const RoleName& delegator, const RoleName& role) {
  if (verified_.contains(Edge{delegator, role})) return std::nullopt;
  BS_TRY(authority_of(delegator, role));
  const Meta* meta = listed(role);
  if (meta == nullptr) {
    return refusals.refuse({.code = ErrorCode::target_not_found, .role = role},
                           fmt::format("the snapshot does not list {}", shown(role)));
  }
  const auto held = files_.find(role);
  if (held != files_.end()) {  // reached through another delegator before: its keys said nothing for this one
    BS_TRY(update_targets(delegator, role, held->second.bytes()));
    return std::nullopt;
  }
  std::size_t limit = options.form == Form::tuf1 ? options.targets_bytes : limits::kNotaryMetadataBytes;
  if (meta->length && *meta->length >= 0) limit = static_cast<std::size_t>(*meta->length);
  return Want{.role = role,
              .version = meta->version,
              .sha256 = meta->hashes.sha256,
              .limit = std::min(limit, limits::kNotaryMetadataBytes),
              .consistent = root->file->consistent_snapshot.value_or(false)};
}

Result<void> TrustedSet::State::update_targets(const RoleName& delegator, const RoleName& role,
                                               std::string bytes) {
  BS_TRY(authority_of(delegator, role));
  const Meta* meta = listed(role);
  if (meta == nullptr) {
    return refusals.refuse({.code = ErrorCode::target_not_found, .role = role},
                           fmt::format("the snapshot does not list {}", shown(role)));
  }
  BS_TRY(check_content(refusals, options.form, role, *meta, bytes));
  const auto other = files_.find(role);
  if (other != files_.end() && other->second.bytes() != bytes) {
    return refusals.refuse(
        {.code = ErrorCode::hash_mismatch, .role = role, .expected = other->second.sha256()},
        fmt::format("{} is not the file that was read before in this update", shown(role)));
  }
  if (verified_.contains(Edge{delegator, role})) return {};
  auto file = parse_targets(options.form, role, std::move(bytes));
  if (!file) return refusals.pass(role, std::move(file.error()));
  Held<Targets> held = BS_TRY(verify_targets(delegator, role, *file));
  BS_TRY(check_targets(role, *meta, *file));
  accept_targets(delegator, role, std::move(held));
  return {};
}

const Trusted<Targets>* TrustedSet::State::targets(const RoleName& delegator, const RoleName& role) const {
  if (!verified_.contains(Edge{delegator, role})) return nullptr;
  const auto file = files_.find(role);
  return file == files_.end() ? nullptr : &file->second;
}

std::vector<RoleFacts> TrustedSet::State::facts() const {
  std::vector<RoleFacts> all = {root->facts};
  if (timestamp && phase > Phase::timestamp) all.push_back(timestamp->facts);
  if (phase == Phase::targets) all.push_back(snapshot->facts);
  for (const Edge& edge : order_) all.push_back(verified_.at(edge));
  return all;
}

}  // namespace boltseal::tuf
