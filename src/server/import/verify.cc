#include "server/import/verify.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

using tuf::ChainVerifier;
using Roots = std::vector<tuf::Trusted<tuf::Root>>;

Result<const std::string*> role_file(const Bundle& bundle, const RoleName& role) {
  const auto found = bundle.roles.find(role);
  if (found != bundle.roles.end()) return &found->second;
  return fail(ErrorCode::metadata_missing, "the bundle does not have " + escape_untrusted(role.notary_file()),
              "export the repository again, as long as its server answers");
}

Result<tuf::Trusted<tuf::Root>> next_in_chain(const Roots& chain, const tuf::Unverified<tuf::Root>& root,
                                              const Gun& gun) {
  const tuf::RootCertificateRules rules{.gun = gun.str()};
  if (chain.empty()) return ChainVerifier::root_itself(root, rules);
  return ChainVerifier::next_root(root, chain.back(), rules);
}

/// A server takes a first root of version 1 or 2 (NOTARY-SERVER.md 2.5); from there on none may be missing.
Result<Roots> verify_roots(const Bundle& bundle) {
  Roots chain;
  for (const auto& [version, bytes] : bundle.roots) {
    const std::string name = fmt::format("{}.root.json", version);
    const std::int64_t expected =
        chain.empty() ? std::min<std::int64_t>(version, 2) : chain.back()->version + 1;
    if (version != expected) {
      return fail(ErrorCode::metadata_missing, fmt::format("the bundle does not have {}.root.json", expected),
                  "clients that know an older root could not follow: export the repository again");
    }
    auto root = tuf::parse_root(tuf::Form::notary, bytes);
    if (!root) return fail(std::move(root).error().within(name));
    if ((*root)->version != version)
      return fail(ErrorCode::version_mismatch, fmt::format("{} says version {}", name, (*root)->version));
    auto trusted = next_in_chain(chain, *root, bundle.manifest.gun);
    if (!trusted) return fail(std::move(trusted).error().within(name));
    chain.push_back(std::move(*trusted));
  }
  if (chain.empty()) return fail(ErrorCode::metadata_missing, "the bundle has no versions of the root");
  const std::string& newest = *BS_TRY(role_file(bundle, RoleName::root()));
  if (newest != chain.back().bytes()) {
    return fail(ErrorCode::metadata_missing,
                "root.json is not the newest of the numbered roots: versions between them are missing",
                "export the repository again");
  }
  return chain;
}

Result<void> require_acceptance(const Bundle& bundle, const Roots& chain,
                                const std::optional<Sha256>& accepted) {
  const std::string newest =
      fmt::format("root version {}, sha256 {}", chain.back()->version, hex_encode(chain.back().sha256()));
  if (accepted) {
    const auto is_it = [&](const tuf::Trusted<tuf::Root>& root) { return root.sha256() == *accepted; };
    if (std::any_of(chain.begin(), chain.end(), is_it)) return {};
    return fail(ErrorCode::pin_mismatch,
                "no root of the bundle has the accepted SHA-256 (its newest: " + newest + ")",
                "ask the repository's owner which root is the right one");
  }
  if (bundle.manifest.status == BundleStatus::verified) return {};
  std::string why = escape_untrusted(bundle.manifest.reason);
  if (!why.empty()) why = " (" + why + ")";
  return fail(ErrorCode::first_use,
              fmt::format("the bundle is {}{}: nothing says whether its root is the right one ({})",
                          name_of(bundle.manifest.status), why, newest),
              "compare the root with the repository's owner, then: --accept-root SHA256");
}

/// What the snapshot names, each with its hash; and nothing else may be in the bundle.
Result<TargetsBodies> named_bodies(const Bundle& bundle, const tuf::Trusted<tuf::Root>& root,
                                   const tuf::Snapshot& snapshot) {
  TargetsBodies bodies;
  const tuf::Meta* of_root = snapshot.find(RoleName::root().str());
  if (of_root == nullptr)
    return fail(ErrorCode::bad_format, "the snapshot of the bundle does not name the root");
  auto same = check_named(*of_root, root.bytes());
  if (!same)
    return fail(
        std::move(same).error().with_hint("the repository changed during the export: export it again"));
  for (const tuf::Meta& meta : snapshot.meta) {
    const RoleName role = BS_TRY(RoleName::parse_notary(meta.name));
    if (role == RoleName::root()) continue;
    const std::string& bytes = *BS_TRY(role_file(bundle, role));
    if (!meta.hashes.sha256)
      return fail(ErrorCode::bad_format, "the snapshot has no SHA-256 of " + escape_untrusted(role.str()));
    BS_TRY(check_named(meta, bytes));
    if (tuf::file_type(role) != tuf::FileType::targets)
      return fail(ErrorCode::bad_format, "the snapshot names " + escape_untrusted(role.str()));
    bodies.emplace(role, BS_TRY(tuf::parse_targets(tuf::Form::notary, role, bytes)));
  }
  for (const auto& [role, bytes] : bundle.roles) {
    if (tuf::file_type(role) == tuf::FileType::targets && !bodies.contains(role)) {
      return fail(ErrorCode::bad_format,
                  "the bundle has " + escape_untrusted(role.str()) + ", which its snapshot does not name");
    }
  }
  return bodies;
}

/// Targets that we signed say whose they are (SECURITY rule 1).
Result<void> check_gun(const Gun& gun, const TrustedTargets& roles) {
  for (const auto& [role, file] : roles) {
    for (const tuf::Target& target : file->targets) {
      const auto facts = tuf::target_facts(target);
      if (!facts || !facts->gun || *facts->gun == gun.str()) continue;
      return fail(ErrorCode::gun_mismatch,
                  fmt::format("{} of {} was signed for {}, not for {}", escape_untrusted(target.name),
                              escape_untrusted(role.str()), escape_untrusted(*facts->gun), gun.str()));
    }
  }
  return {};
}

}  // namespace

Result<VerifiedBundle> verify_bundle(const Bundle& bundle, const std::optional<Sha256>& accepted_root) {
  Roots roots = BS_TRY(verify_roots(bundle));
  BS_TRY(require_acceptance(bundle, roots, accepted_root));
  const tuf::Trusted<tuf::Root>& root = roots.back();
  const auto timestamp_file =
      BS_TRY(tuf::parse_timestamp(tuf::Form::notary, *BS_TRY(role_file(bundle, RoleName::timestamp()))));
  auto timestamp = BS_TRY(ChainVerifier::timestamp(timestamp_file, root));
  const std::string& snapshot_bytes = *BS_TRY(role_file(bundle, RoleName::snapshot()));
  BS_TRY(check_named(timestamp->snapshot, snapshot_bytes));
  auto snapshot =
      BS_TRY(ChainVerifier::snapshot(BS_TRY(tuf::parse_snapshot(tuf::Form::notary, snapshot_bytes)), root));
  TargetsBodies named = BS_TRY(named_bodies(bundle, root, snapshot.body()));
  TrustedTargets targets = BS_TRY(verify_tree(root, named));
  BS_TRY(check_gun(bundle.manifest.gun, targets));
  std::vector<RoleName> left_out;
  for (const auto& [role, file] : named) {
    if (!targets.contains(role)) left_out.push_back(role);
  }
  return VerifiedBundle{bundle.manifest.gun, std::move(roots), std::move(timestamp), std::move(snapshot),
                        std::move(targets),  std::move(named), std::move(left_out)};
}

}  // namespace boltseal::server
