// The root phase: start, chain, end of the chain.
#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"
#include "tuf/chain_verifier.h"
#include "tuf/trusted_set_state.h"

namespace boltseal::tuf {
namespace {

constexpr std::string_view kForeignRootHint =
    "if the repository was made anew on purpose, its owner must say so out of band; else do not trust it";

}  // namespace

tl::unexpected<Error> TrustedSet::State::out_of_order(std::string_view step) {
  return fail(ErrorCode::internal, fmt::format("{} came out of order", step));
}

Result<void> TrustedSet::State::begin(std::string bytes, RootOrigin origin) {
  auto file = parse_root(options.form, std::move(bytes));
  if (!file) return refusals.pass(RoleName::root(), std::move(file.error()));
  Held<Root> held = BS_TRY(verify_root(*file, nullptr));
  if (origin == RootOrigin::first_contact && options.pin) BS_TRY(check_pin_start(*file));
  const auto floor = floors.roles.find(RoleName::root());
  if (floor != floors.roles.end()) root_floor_ = floor->second;
  move_floors_to(held);
  root = std::move(held);
  return {};
}

Dropped TrustedSet::State::move_floors_to(const Held<Root>& next) {
  const Dropped dropped = follow_keys(floors, next.file.body());
  ignore_local_online_ = ignore_local_online_ || dropped.timestamp;
  ignore_local_targets_ = ignore_local_targets_ || dropped.targets;
  raise_floor(floors, RoleName::root(), next.facts.version, next.facts.sha256);
  return dropped;
}

RoleKeys TrustedSet::State::root_keys_named(const Root& body, const Gun& gun, std::optional<Time> now) const {
  const RootCertificateRules rules{
      .gun = gun.str(), .allow_wildcard = options.wildcard_cn, .wildcard_at_slash = true, .now = now};
  return tuf::usable_root_keys(body, rules);
}

/// The keys that may sign a root. Notary: those whose certificate carries one of the accepted names.
RoleKeys TrustedSet::State::usable_root_keys_of(const Root& body, std::optional<Time> now) const {
  if (options.form == Form::tuf1) return body.root;
  std::vector<std::string> usable = root_keys_named(body, *options.gun, now).keyids;
  for (const Gun& former : options.former_guns) {
    for (std::string& id : root_keys_named(body, former, now).keyids) usable.push_back(std::move(id));
  }
  RoleKeys kept = body.root;
  std::erase_if(kept.keyids,
                [&](const std::string& id) { return std::ranges::find(usable, id) == usable.end(); });
  return kept;
}

Result<ThresholdReport> TrustedSet::State::root_threshold(const Unverified<Root>& file, const RoleKeys& role,
                                                          const KeyMap& keys, RootCheck which) {
  ThresholdReport report = verify_threshold(role, keys, file, check());
  if (auto met = require_threshold(report, RoleName::root()); !met) {
    Error error = std::move(met.error())
                      .within(which == RootCheck::old_threshold
                                  ? "the new root is not signed by the keys of the trusted one"
                                  : "the root is not signed by its own keys");
    return refusals.pass(RoleName::root(), std::move(error).with_hint(std::string(kForeignRootHint)), which);
  }
  return report;
}

Result<TrustedSet::State::Held<Root>> TrustedSet::State::verify_root(const Unverified<Root>& file,
                                                                     const Root* previous) {
  const RoleKeys own = usable_root_keys_of(file.body(), std::nullopt);
  if (own.keyids.empty() && options.form == Form::notary) {
    return refusals.refuse(
        {.code = ErrorCode::root_not_trusted,
         .role = RoleName::root(),
         .root_check = RootCheck::certificates},
        fmt::format("no certificate of the root is made out to {}", escape_untrusted(options.gun->str())),
        std::string(kForeignRootHint));
  }
  if (previous != nullptr) {
    BS_TRY(root_threshold(file, usable_root_keys_of(*previous, std::nullopt), previous->keys,
                          RootCheck::old_threshold));
  }
  const ThresholdReport report = BS_TRY(root_threshold(file, own, file->keys, RootCheck::own_threshold));
  if (options.form == Form::tuf1 && options.gun) {
    const std::vector<std::string> names = names_in_root(file.body());
    const bool known = std::ranges::any_of(names, [&](const std::string& name) {
      return name == options.gun->str() || std::ranges::any_of(options.former_guns, [&](const Gun& former) {
               return former.str() == name;
             });
    });
    if (!known) {
      return refusals.refuse({.code = ErrorCode::gun_mismatch, .role = RoleName::root()},
                             fmt::format("the root is that of {}, not of {}",
                                         names.empty() ? "no repository" : escape_untrusted(names.front()),
                                         escape_untrusted(options.gun->str())));
    }
  }
  Held<Root> held{Trusted<Root>(file),
                  facts_of(RoleName::root(), file.body(), file.bytes(), file.sha256(), report)};
  add_certificate_dates(held.facts, file.body());
  return held;
}

void TrustedSet::State::add_certificate_dates(RoleFacts& facts, const Root& body) const {
  for (const Signer& signer : facts.signers) {
    const auto key = body.keys.find(signer.key_id.str());
    if (key == body.keys.end() || !key->second.certificate) continue;
    const CertificateFacts& certificate = *key->second.certificate;
    if (facts.certificate_not_after && *facts.certificate_not_after >= certificate.not_after) continue;
    facts.certificate_not_before = certificate.not_before;
    facts.certificate_not_after = certificate.not_after;
  }
}

Result<void> TrustedSet::State::check_pin_start(const Unverified<Root>& file) {
  const RootPin& pin = *options.pin;
  const Refusal refusal{.code = ErrorCode::pin_mismatch,
                        .role = RoleName::root(),
                        .root_check = RootCheck::pin,
                        .found = file->version,
                        .bound = pin.version.value_or(0),
                        .expected = pin.sha256};
  if (pin.version && *pin.version != file->version) {
    return refusals.refuse(refusal, fmt::format("the root has version {}, the pin names version {}",
                                                file->version, *pin.version));
  }
  if (pin.sha256 && *pin.sha256 != file.sha256()) {
    return refusals.refuse(refusal, "the root is not the pinned one", std::string(kForeignRootHint));
  }
  if (pin.keys.empty() && !pin.ca_bundle) return {};
  auto kept = pinned_keys(file.body(), usable_root_keys_of(file.body(), std::nullopt), pin, options.now);
  if (!kept) return refusals.pass(RoleName::root(), std::move(kept.error()), RootCheck::pin);
  if (verify_threshold(*kept, file->keys, file, Check::until_met).met) return {};
  return refusals.refuse(refusal, "too few of the keys that the pin allows signed the root",
                         std::string(kForeignRootHint));
}

std::optional<Want> TrustedSet::State::want_root() const {
  if (phase != Phase::root || rotations_ >= options.root_rotations) return std::nullopt;
  return Want{.role = RoleName::root(),
              .version = root->facts.version + 1,
              .limit = default_limit(options.form, FileType::root)};
}

Result<void> TrustedSet::State::check_root_version(std::int64_t version) {
  const std::int64_t current = root->facts.version;
  if (version < current) {
    return refusals.refuse(
        {.code = ErrorCode::rollback, .role = RoleName::root(), .found = version, .bound = current},
        fmt::format("the root has version {}, below the trusted version {}", version, current));
  }
  if (options.form == Form::notary && options.root_gaps && version > current) return {};
  return check_version(refusals, RoleName::root(), version, current + 1);
}

Result<RootStep> TrustedSet::State::update_root(std::string bytes) {
  if (phase != Phase::root) return out_of_order("a root");
  if (rotations_ >= options.root_rotations) {
    return refusals.refuse({.code = ErrorCode::limit_exceeded, .role = RoleName::root()},
                           fmt::format("more than {} new roots in one update", options.root_rotations));
  }
  auto file = parse_root(options.form, std::move(bytes));
  if (!file) return refusals.pass(RoleName::root(), std::move(file.error()));
  Held<Root> held = BS_TRY(verify_root(*file, &root->file.body()));
  BS_TRY(check_root_version(held.facts.version));
  const Dropped dropped = move_floors_to(held);
  ++rotations_;
  root = std::move(held);
  return RootStep{root->facts.version, dropped.timestamp, dropped.targets};
}

Result<void> TrustedSet::State::check_root_floor() {
  if (!root_floor_) return {};
  const std::int64_t version = root->facts.version;
  const bool below = version < root_floor_->version;
  const bool other =
      version == root_floor_->version && root_floor_->sha256 && *root_floor_->sha256 != root->facts.sha256;
  if (!below && !other) return {};
  return refusals.refuse(
      {.code = ErrorCode::rollback,
       .role = RoleName::root(),
       .found = version,
       .bound = root_floor_->version},
      below ? fmt::format("the chain of roots ends at version {}, below version {} that was seen before",
                          version, root_floor_->version)
            : fmt::format("version {} of the root is another one than was seen before", version));
}

/// A Notary root whose certificates have run out dies with them (NOTARY-CLIENT 8, root validation 2).
Result<void> TrustedSet::State::check_certificate_dates() {
  if (options.form != Form::notary) return {};
  const RoleKeys valid = usable_root_keys_of(root->file.body(), options.now);
  if (verify_threshold(valid, root->file->keys, root->file, Check::until_met).met) return {};
  return refusals.refuse({.code = ErrorCode::expired,
                          .role = RoleName::root(),
                          .root_check = RootCheck::certificates,
                          .expires = root->facts.certificate_not_after},
                         "the certificates of the root are not valid now",
                         "the owner must rotate the root key; check this machine's clock too");
}

Result<void> TrustedSet::State::roots_done() {
  if (phase != Phase::root) return out_of_order("the end of the roots");
  BS_TRY(check_root_floor());
  if (options.pin && root->facts.version < options.pin->minimal_version) {
    return refusals.refuse({.code = ErrorCode::pin_mismatch,
                            .role = RoleName::root(),
                            .root_check = RootCheck::pin,
                            .found = root->facts.version,
                            .bound = options.pin->minimal_version},
                           fmt::format("the chain of roots ends at version {}, the pin demands version {}",
                                       root->facts.version, options.pin->minimal_version));
  }
  if (options.gun && !names_this_repository(options.gun->str())) {
    return refusals.refuse(
        {.code = ErrorCode::gun_mismatch, .role = RoleName::root()},
        fmt::format("the current root does not name {}", escape_untrusted(options.gun->str())));
  }
  BS_TRY(check_certificate_dates());
  BS_TRY(check_expiry(refusals, RoleName::root(), root->facts.expires, options.now));
  phase = Phase::timestamp;
  return {};
}

Result<void> TrustedSet::State::refresh_roots() {
  if (options.form != Form::notary || refreshed_) return out_of_order("a second look at the roots");
  refreshed_ = true;
  forget_below_root();
  phase = Phase::root;
  return {};
}

void TrustedSet::State::forget_below_root() {
  timestamp.reset();
  snapshot.reset();
  files_.clear();
  verified_.clear();
  order_.clear();
  timestamp_is_local = false;
}

bool TrustedSet::State::names_this_repository(std::string_view gun) const {
  if (!options.gun) return true;
  const std::vector<std::string> names = names_in_root(root->file.body());
  if (std::ranges::find(names, gun) != names.end()) return true;
  // A wildcard certificate covers the one name that was asked for, no other.
  return options.form == Form::notary && gun == options.gun->str() &&
         !root_keys_named(root->file.body(), *options.gun, std::nullopt).keyids.empty();
}

}  // namespace boltseal::tuf
