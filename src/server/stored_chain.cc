#include "server/stored_chain.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "crypto/digest.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"
#include "tuf/twin.h"

namespace boltseal::server {
namespace {

using tuf::ChainVerifier;

Error missing(const Gun& gun, std::string_view role) {
  return Error(ErrorCode::metadata_missing,
               fmt::format("{} of {} is named but not stored", escape_untrusted(role), gun.str()));
}

Result<std::optional<StoredFile>> find_named(const Storage& storage, const Gun& gun, Form form,
                                             const RoleName& role, const tuf::Meta& meta) {
  if (form == Form::tuf1) return storage.by_version(gun, form, role, meta.version.value_or(0));
  if (!meta.hashes.sha256) return std::optional<StoredFile>();
  return storage.by_hash(gun, form, role, *meta.hashes.sha256);
}

/// From a role that is trusted to those that it delegates to.
void verify_below(const RoleName& role, const TargetsBodies& bodies, TrustedTargets& trusted) {
  const tuf::Trusted<tuf::Targets> parent = trusted.at(role);
  if (!parent->delegations) return;
  for (const tuf::DelegatedRole& entry : parent->delegations->roles) {
    const auto child = tuf::parse_role(parent.form(), entry.name);
    if (!child || trusted.contains(*child)) continue;
    const auto body = bodies.find(*child);
    if (body == bodies.end()) continue;  // delegated to, nothing published yet
    auto verified = ChainVerifier::delegated(body->second, *child, parent);
    if (!verified) continue;
    trusted.emplace(*child, std::move(*verified));
    verify_below(*child, bodies, trusted);
  }
}

tuf::RoleBodies bodies_of(const TrustedTargets& targets) {
  tuf::RoleBodies bodies;
  for (const auto& [role, file] : targets) bodies.emplace(role.str(), &file.body());
  return bodies;
}

}  // namespace

Result<void> check_named(const tuf::Meta& meta, const std::string& bytes) {
  if (meta.hashes.sha256 && *meta.hashes.sha256 != crypto::sha256(bytes)) {
    return fail(ErrorCode::hash_mismatch,
                escape_untrusted(meta.name) + " differs from what the snapshot names");
  }
  if (meta.length && *meta.length != static_cast<std::int64_t>(bytes.size())) {
    return fail(ErrorCode::length_mismatch, escape_untrusted(meta.name) + " is longer or shorter than named");
  }
  return {};
}

Result<std::optional<tuf::Trusted<tuf::Root>>> stored_root(const Storage& storage, const Gun& gun,
                                                           Form form) {
  const auto file = BS_TRY(storage.current(gun, form, RoleName::root()));
  if (!file) return std::optional<tuf::Trusted<tuf::Root>>();
  const auto root = BS_TRY(tuf::parse_root(form, file->bytes));
  return std::optional(BS_TRY(ChainVerifier::root_itself(root, {.gun = gun.str()})));
}

Result<StoredFile> named_file(const Storage& storage, const Gun& gun, Form form, const RoleName& role,
                              const tuf::Meta& meta) {
  auto file = BS_TRY(find_named(storage, gun, form, role, meta));
  if (!file) return fail(missing(gun, meta.name));
  BS_TRY(check_named(meta, file->bytes));
  return std::move(*file);
}

Result<TargetsBodies> named_targets(const Storage& storage, const Gun& gun, const tuf::Snapshot& snapshot,
                                    TargetsBodies given) {
  for (const tuf::Meta& meta : snapshot.meta) {
    if (meta.removed) continue;
    const RoleName role = BS_TRY(tuf::parse_role(snapshot.form, meta.name));
    if (given.contains(role)) continue;
    const StoredFile file = BS_TRY(named_file(storage, gun, snapshot.form, role, meta));
    if (tuf::file_type(role) != tuf::FileType::targets) continue;
    given.emplace(role, BS_TRY(tuf::parse_targets(snapshot.form, role, file.bytes)));
  }
  return given;
}

Result<TrustedTargets> verify_tree(const tuf::Trusted<tuf::Root>& root, const TargetsBodies& bodies) {
  const auto top = bodies.find(RoleName::targets());
  if (top == bodies.end()) return fail(ErrorCode::metadata_missing, "there is no targets role");
  TrustedTargets trusted;
  trusted.emplace(RoleName::targets(), BS_TRY(ChainVerifier::targets(top->second, root)));
  verify_below(RoleName::targets(), bodies, trusted);
  return trusted;
}

Result<StoredChain> load_chain(const Storage& storage, const Gun& gun, Form form) {
  auto root = BS_TRY(stored_root(storage, gun, form));
  const auto file = BS_TRY(storage.current(gun, form, RoleName::snapshot()));
  if (!root) return fail(missing(gun, "root"));
  if (!file) return fail(missing(gun, "snapshot"));
  const auto snapshot = BS_TRY(tuf::parse_snapshot(form, file->bytes));
  auto trusted = BS_TRY(ChainVerifier::snapshot(snapshot, *root));
  const auto bodies = BS_TRY(named_targets(storage, gun, snapshot.body(), {}));
  return StoredChain{*root, std::move(trusted), BS_TRY(verify_tree(*root, bodies))};
}

Result<void> compare_forms(const tuf::Root& notary_root, const TrustedTargets& notary,
                           const tuf::Root& tuf1_root, const TrustedTargets& tuf1) {
  BS_TRY(tuf::compare_twins(bodies_of(notary), bodies_of(tuf1)));
  return tuf::compare_root_twins(notary_root, tuf1_root, tuf1.at(RoleName::targets()).body());
}

}  // namespace boltseal::server
