#include "tuf/chain_verifier.h"

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::tuf {

namespace {

bool name_fits(std::string_view common_name, const RootCertificateRules& rules) {
  if (common_name == rules.gun) return true;
  if (!rules.allow_wildcard || !common_name.ends_with('*')) return false;
  const std::size_t last = common_name.find_last_not_of('*');
  const std::string_view prefix = common_name.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (rules.wildcard_at_slash && !prefix.ends_with('/')) return false;
  return rules.gun.starts_with(prefix);
}

bool certificate_fits(const Key& key, const RootCertificateRules& rules) {
  if (!key.can_verify() || !key.certificate) return false;
  const CertificateFacts& facts = *key.certificate;
  if (!facts.well_formed || facts.sha1_signed || !name_fits(facts.common_name, rules)) return false;
  if (!rules.now) return true;
  return facts.not_before <= *rules.now + kDay && *rules.now <= facts.not_after;
}

Result<void> check_root(const Unverified<Root>& root, const Root& authority,
                        const RootCertificateRules& rules, std::string_view whose) {
  const RoleKeys role = usable_root_keys(authority, rules);
  if (role.keyids.empty() && root.form() == Form::notary) {
    return fail(ErrorCode::root_not_trusted,
                std::string(whose) + " root has no usable certificate for " + escape_untrusted(rules.gun),
                "a root certificate must be valid, name the repository and be no older than SHA-256");
  }
  const auto report = verify_threshold(role, authority.keys, root);
  auto met = require_threshold(report, RoleName::root());
  if (!met) return fail(std::move(met).error().within(std::string(whose) + " root's keys"));
  return {};
}

template <typename T>
Result<void> check_role(const Unverified<T>& file, Form form, const RoleKeys& keys, const KeyMap& map,
                        const RoleName& role) {
  if (file.form() != form) {
    return fail(ErrorCode::bad_format,
                escape_untrusted(role.str()) + " and its delegator are of different forms");
  }
  return require_threshold(verify_threshold(keys, map, file), role);
}

}  // namespace

RoleKeys usable_root_keys(const Root& root, const RootCertificateRules& rules) {
  RoleKeys role = root.root;
  if (root.form == Form::tuf1) return role;
  std::erase_if(role.keyids, [&](const std::string& id) {
    const auto key = root.keys.find(id);
    return key == root.keys.end() || !certificate_fits(key->second, rules);
  });
  return role;
}

Result<Trusted<Root>> ChainVerifier::root_itself(const Unverified<Root>& root,
                                                 const RootCertificateRules& rules) {
  BS_TRY(check_root(root, root.body(), rules, "this"));
  return Trusted<Root>(root);
}

Result<Trusted<Root>> ChainVerifier::next_root(const Unverified<Root>& root, const Trusted<Root>& previous,
                                               const RootCertificateRules& rules) {
  if (root.form() != previous.form()) {
    return fail(ErrorCode::bad_format, "the root and its predecessor are of different forms");
  }
  RootCertificateRules dateless = rules;
  dateless.now.reset();
  BS_TRY(check_root(root, previous.body(), dateless, "the previous"));
  BS_TRY(check_root(root, root.body(), rules, "the new"));
  return Trusted<Root>(root);
}

Result<Trusted<Targets>> ChainVerifier::targets(const Unverified<Targets>& file, const Trusted<Root>& root) {
  BS_TRY(check_role(file, root.form(), root->targets, root->keys, RoleName::targets()));
  return Trusted<Targets>(file);
}

Result<Trusted<Snapshot>> ChainVerifier::snapshot(const Unverified<Snapshot>& file,
                                                  const Trusted<Root>& root) {
  BS_TRY(check_role(file, root.form(), root->snapshot, root->keys, RoleName::snapshot()));
  return Trusted<Snapshot>(file);
}

Result<Trusted<Timestamp>> ChainVerifier::timestamp(const Unverified<Timestamp>& file,
                                                    const Trusted<Root>& root) {
  BS_TRY(check_role(file, root.form(), root->timestamp, root->keys, RoleName::timestamp()));
  return Trusted<Timestamp>(file);
}

Result<Trusted<Targets>> ChainVerifier::delegated(const Unverified<Targets>& file, const RoleName& role,
                                                  const Trusted<Targets>& parent) {
  const Delegations* delegations = parent->delegations ? &*parent->delegations : nullptr;
  if (!delegations) {
    return fail(ErrorCode::bad_role, "no delegation " + escape_untrusted(role.str()) + " in its parent");
  }
  const RoleKeys* keys = delegations->find(role.str());
  if (!keys && delegations->succinct && delegations->succinct->is_bin(role.str()))
    keys = &*delegations->succinct;
  if (!keys)
    return fail(ErrorCode::bad_role, "no delegation " + escape_untrusted(role.str()) + " in its parent");
  BS_TRY(check_role(file, parent.form(), *keys, delegations->keys, role));
  return Trusted<Targets>(file);
}

}  // namespace boltseal::tuf
