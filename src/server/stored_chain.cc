#include "server/stored_chain.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"
#include "crypto/digest.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

using tuf::ChainVerifier;
using Bodies = std::map<RoleName, tuf::Unverified<tuf::Targets>>;

Result<StoredFile> required(const Storage& storage, const Gun& gun, Form form, const RoleName& role) {
  auto file = BS_TRY(storage.current(gun, form, role));
  if (!file) {
    return fail(ErrorCode::metadata_missing,
                fmt::format("{} of {} is named but not stored", escape_untrusted(role.str()), gun.str()));
  }
  return std::move(*file);
}

Result<void> check_named(const tuf::Meta& meta, const StoredFile& file) {
  if (meta.hashes.sha256 && *meta.hashes.sha256 != crypto::sha256(file.bytes)) {
    return fail(ErrorCode::hash_mismatch, fmt::format("{} differs from what the snapshot names", escape_untrusted(meta.name)));
  }
  if (meta.length && *meta.length != static_cast<std::int64_t>(file.bytes.size())) {
    return fail(ErrorCode::length_mismatch, fmt::format("{} is longer or shorter than named", escape_untrusted(meta.name)));
  }
  if (meta.version && *meta.version != file.version) {
    return fail(ErrorCode::version_mismatch, fmt::format("{} has another version than named", escape_untrusted(meta.name)));
  }
  return {};
}

Result<Bodies> load_bodies(const Storage& storage, const Gun& gun, Form form, const tuf::Snapshot& snapshot) {
  Bodies bodies;
  for (const tuf::Meta& meta : snapshot.meta) {
    if (meta.removed) continue;
    const RoleName role = BS_TRY(tuf::parse_role(form, meta.name));
    const StoredFile file = BS_TRY(required(storage, gun, form, role));
    BS_TRY(check_named(meta, file));
    if (tuf::file_type(role) != tuf::FileType::targets) continue;
    bodies.emplace(role, BS_TRY(tuf::parse_targets(form, role, file.bytes)));
  }
  return bodies;
}

/// From a role that is trusted to those that it delegates to.
Result<void> verify_below(const RoleName& role, const Bodies& bodies, Form form, StoredChain& chain) {
  const auto parent = chain.targets.at(role);
  if (!parent->delegations) return {};
  for (const tuf::DelegatedRole& entry : parent->delegations->roles) {
    const auto child = tuf::parse_role(form, entry.name);
    if (!child || chain.targets.contains(*child)) continue;
    const auto body = bodies.find(*child);
    if (body == bodies.end()) continue;  // delegated to, nothing published yet
    auto trusted = ChainVerifier::delegated(body->second, *child, parent);
    // Keys of a delegation may have been changed and its file not signed anew yet: clients then take the role
    // as absent, and nothing of it is vouched for here either.
    if (!trusted) continue;
    chain.targets.emplace(*child, std::move(*trusted));
    BS_TRY(verify_below(*child, bodies, form, chain));
  }
  return {};
}

}  // namespace

Result<std::optional<tuf::Trusted<tuf::Root>>> stored_root(const Storage& storage, const Gun& gun, Form form) {
  const auto file = BS_TRY(storage.current(gun, form, RoleName::root()));
  if (!file) return std::optional<tuf::Trusted<tuf::Root>>();
  const auto root = BS_TRY(tuf::parse_root(form, file->bytes));
  return std::optional(BS_TRY(ChainVerifier::root_itself(root, {.gun = gun.str()})));
}

Result<StoredChain> load_chain(const Storage& storage, const Gun& gun, Form form) {
  auto root = BS_TRY(stored_root(storage, gun, form));
  if (!root) return fail(ErrorCode::metadata_missing, "no root is stored for " + gun.str());
  const StoredFile file = BS_TRY(required(storage, gun, form, RoleName::snapshot()));
  const auto snapshot = BS_TRY(tuf::parse_snapshot(form, file.bytes));
  StoredChain chain{*root, BS_TRY(ChainVerifier::snapshot(snapshot, *root)), {}};
  const Bodies bodies = BS_TRY(load_bodies(storage, gun, form, snapshot.body()));
  const auto top = bodies.find(RoleName::targets());
  if (top == bodies.end()) return fail(ErrorCode::metadata_missing, "the snapshot of " + gun.str() + " has no targets");
  chain.targets.emplace(RoleName::targets(), BS_TRY(ChainVerifier::targets(top->second, *root)));
  BS_TRY(verify_below(RoleName::targets(), bodies, form, chain));
  return chain;
}

}  // namespace boltseal::server
