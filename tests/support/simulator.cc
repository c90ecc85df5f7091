#include "tests/support/simulator.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "tuf/editor.h"

namespace boltseal::test {
namespace {

using tuf::FileType;
using tuf::Form;

constexpr Duration kRootLife = 365 * kDay;
constexpr Duration kOnlineLife = 14 * kDay;

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error("simulator: " + result.error().what());
  return std::move(*result);
}

tuf::RoleKeys keys_of(const TestKeys& keys, std::int64_t threshold) {
  tuf::RoleKeys role;
  for (const TestKey& key : keys) role.keyids.push_back(key.listed.id);
  role.threshold = threshold;
  return role;
}

}  // namespace

Time sim_now() { return must(parse_rfc3339("2026-11-24T00:00:00Z")); }
RoleName role(std::string_view name) { return must(RoleName::parse_tuf1(name)); }

void replace_first(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << "no " << from << " in " << text;
  text.replace(at, from.size(), to);
}

TestKey make_key(Form form) {
  return make_key(form,
                  form == Form::tuf1 ? crypto::KeyAlgorithm::ed25519 : crypto::KeyAlgorithm::ecdsa_p256);
}

TestKey make_key(Form form, crypto::KeyAlgorithm algorithm) {
  auto signer = must(crypto::SoftwareKey::generate(algorithm));
  return {signer, tuf::encode_key(form, signer->public_key())};
}

TestKey certify(const crypto::SoftwareKeyPtr& signer, std::string_view common_name, Duration from,
                Duration until) {
  const auto certificate = must(crypto::make_self_signed(*signer, common_name, sim_now() + from,
                                                         sim_now() + until, crypto::system_random()));
  return {signer, must(tuf::certificate_key(certificate.pem()))};
}

TestKey make_certificate(std::string_view common_name, Duration from, Duration until) {
  return certify(must(crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256)), common_name, from,
                 until);
}

tuf::Signature sign_text(Form form, const TestKey& key, std::string_view canonical) {
  tuf::Signature signature;
  signature.keyid = key.listed.id;
  if (form == Form::notary) signature.method = tuf::notary_method(*key.signer->public_key());
  const std::vector<crypto::Scheme> schemes = tuf::schemes_of(form, key.listed);
  if (schemes.empty()) throw std::runtime_error("simulator: key without scheme");
  signature.sig = must(key.signer->sign_text(schemes.front(), canonical));
  return signature;
}

Simulator::Simulator(Form the_form, std::string the_gun, const TestKey* root_key)
    : form(the_form), gun(std::move(the_gun)) {
  const auto name = must(Gun::parse(gun));
  const TestKey root_pair = root_key != nullptr    ? *root_key
                            : form == Form::notary ? make_certificate(gun)
                                                   : make_key(form, crypto::KeyAlgorithm::ecdsa_p256);
  tuf::RootRoles roles;
  signers[RoleName::root()] = {root_pair};
  roles.root = {root_pair.listed};
  for (auto [role_name, list] :
       {std::pair{RoleName::targets(), &roles.targets}, std::pair{RoleName::snapshot(), &roles.snapshot},
        std::pair{RoleName::timestamp(), &roles.timestamp}}) {
    signers[role_name] = {make_key(form)};
    *list = {signers[role_name].front().listed};
  }
  root = must(tuf::new_root(form, roles, sim_now() + kRootLife, name));
  targets.emplace(RoleName::targets(), tuf::new_targets(form, sim_now() + kRootLife, name));
  snapshot = tuf::new_snapshot(form, sim_now() + kOnlineLife, name);
  timestamp = tuf::new_timestamp(form, sim_now() + kOnlineLife, name);
  if (form == Form::tuf1) timestamp.issued = sim_now() - std::chrono::hours(1);
  set_target(RoleName::targets(), "v1", "content of v1");
  sign_root();
  sign_targets(RoleName::targets());
  sign_snapshot();
  sign_timestamp();
}

// ---- editing ---------------------------------------------------------------------------------------------

void Simulator::set_keys(const RoleName& role_name, TestKeys keys, std::int64_t threshold) {
  root.role(tuf::file_type(role_name)) = keys_of(keys, threshold);
  for (const TestKey& key : keys) root.keys.insert_or_assign(key.listed.id, key.listed);
  signers[role_name] = std::move(keys);
}

TestKey Simulator::rotate(const RoleName& role_name) {
  const bool certificate = form == Form::notary && role_name == RoleName::root();
  TestKey key = certificate ? make_certificate(gun) : make_key(form);
  set_keys(role_name, {key});
  return key;
}

TestKeys Simulator::delegate(const RoleName& parent, std::string_view name, std::vector<std::string> paths,
                             int keys, std::int64_t threshold, bool terminating) {
  TestKeys fresh;
  for (int i = 0; i < keys; ++i) fresh.push_back(make_key(form));
  delegate_with(parent, name, std::move(paths), fresh, threshold, terminating);
  return fresh;
}

void Simulator::delegate_with(const RoleName& parent, std::string_view name, std::vector<std::string> paths,
                              TestKeys keys, std::int64_t threshold, bool terminating) {
  tuf::DelegatedRole delegated;
  static_cast<tuf::RoleKeys&>(delegated) = keys_of(keys, threshold);
  delegated.name = name;
  delegated.paths = std::move(paths);
  delegated.has_paths = true;
  if (form == Form::tuf1) delegated.terminating = terminating;
  tuf::Targets& body = targets.at(parent);
  if (!body.delegations) body.delegations.emplace();
  for (const TestKey& key : keys) body.delegations->keys.insert_or_assign(key.listed.id, key.listed);
  if (auto* old = body.delegations->find(name)) {
    *old = std::move(delegated);
  } else {
    body.delegations->roles.push_back(std::move(delegated));
  }
  const RoleName role_name = role(name);
  if (!targets.contains(role_name)) {
    targets.emplace(role_name, tuf::new_targets(form, sim_now() + kRootLife, must(Gun::parse(gun))));
  }
  signers[role_name] = std::move(keys);
}

void Simulator::set_target(const RoleName& role_name, std::string_view name, std::string_view content) {
  tuf::Target target;
  target.name = name;
  target.length = static_cast<std::int64_t>(content.size());
  target.hashes.sha256 = crypto::sha256(content);
  tuf::set_target(targets.at(role_name), std::move(target));
}

// ---- signing ---------------------------------------------------------------------------------------------

std::string Simulator::signed_file(const RoleName& role_name, const tuf::Payload& payload,
                                   const TestKeys& keys) {
  tuf::Payload changed = payload;
  const auto change = before_signing.find(role_name);
  if (change != before_signing.end()) {
    change->second(changed.canonical);
    changed.wire = tuf::wire_text(form, changed.canonical);
  }
  std::vector<tuf::Signature> signatures;
  for (const TestKey& key : keys) {
    const bool twice = std::ranges::any_of(
        signatures, [&](const tuf::Signature& made) { return made.keyid == key.listed.id; });
    if (!twice) signatures.push_back(sign_text(form, key, changed.canonical));
  }
  return tuf::assemble(form, changed.wire, signatures);
}

void Simulator::sign_root() {
  TestKeys keys = signers.at(RoleName::root());
  keys.insert(keys.end(), previous_root_signers_.begin(), previous_root_signers_.end());
  roots[root.version] = signed_file(RoleName::root(), tuf::write_payload(root), keys);
  previous_root_signers_ = signers.at(RoleName::root());
}

void Simulator::sign_targets(const RoleName& role_name) {
  served[role_name] =
      signed_file(role_name, tuf::write_payload(targets.at(role_name)), signers.at(role_name));
}

tuf::Meta Simulator::meta_for(const RoleName& role_name, const std::string& bytes,
                              std::int64_t version) const {
  return tuf::meta_of(form, role_name.str(), bytes, version);
}

void Simulator::sign_snapshot() {
  if (form == Form::notary) tuf::set_meta(snapshot, meta_for(RoleName::root(), newest_root(), root.version));
  for (const auto& [role_name, body] : targets) {
    const auto bytes = served.find(role_name);
    if (bytes != served.end()) tuf::set_meta(snapshot, meta_for(role_name, bytes->second, body.version));
  }
  served[RoleName::snapshot()] =
      signed_file(RoleName::snapshot(), tuf::write_payload(snapshot), signers.at(RoleName::snapshot()));
}

void Simulator::sign_timestamp() {
  tuf::set_snapshot_meta(timestamp,
                         meta_for(RoleName::snapshot(), served.at(RoleName::snapshot()), snapshot.version));
  served[RoleName::timestamp()] =
      signed_file(RoleName::timestamp(), tuf::write_payload(timestamp), signers.at(RoleName::timestamp()));
}

void Simulator::publish(const std::vector<RoleName>& roles) {
  for (const RoleName& role_name : roles) {
    if (served.contains(role_name)) ++targets.at(role_name).version;
    sign_targets(role_name);
  }
  publish_online();
}

void Simulator::publish_root() {
  ++root.version;
  sign_root();
  if (form == Form::notary) publish_online();
}

void Simulator::publish_online() {
  ++snapshot.version;
  sign_snapshot();
  ++timestamp.version;
  sign_timestamp();
}

// ---- serving ---------------------------------------------------------------------------------------------

Result<std::string> Simulator::fetch(const tuf::Want& want) {
  const bool is_root = want.role == RoleName::root();
  requests.push_back(is_root && want.version ? std::to_string(*want.version) + ".root" : want.role.str());
  const auto fault = faults.find(want.role);
  if (fault != faults.end()) return fail(fault->second, "as the test wants");
  if (is_root) {
    const auto bytes = want.version ? roots.find(*want.version) : std::prev(roots.end());
    if (bytes == roots.end()) return fail(ErrorCode::not_found, "no such root");
    return bytes->second;
  }
  const auto bytes = served.find(want.role);
  if (bytes == served.end()) return fail(ErrorCode::not_found, "no such role");
  return bytes->second;
}

}  // namespace boltseal::test
