#include "client/publish.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "client/first_use.h"
#include "client/lifetimes.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::client {
namespace {

constexpr int kAttempts = 5;

// Keys and threshold that a targets role must be signed by.
Result<tuf::Authority> authority_of(const Session& session, const RoleName& role) {
  const tuf::Root& root = session.set().root().body();
  if (role == RoleName::targets()) return tuf::Authority{root.keys, root.targets};
  const auto* top = session.set().targets(RoleName::root(), RoleName::targets());
  const tuf::DelegatedRole* delegation =
      top->body().delegations ? top->body().delegations->find(role.str()) : nullptr;
  if (delegation == nullptr) {
    return fail(ErrorCode::bad_role, session.gun().str() + " has no role " + escape_untrusted(role.str()),
                "boltseal inspect shows its roles");
  }
  return tuf::Authority{top->body().delegations->keys, *delegation};
}

// Current body of a role; a delegation that never signed begins empty.
Result<tuf::Targets> next_body(Session& session, const RoleName& role, Time now) {
  const RoleName& delegator = role == RoleName::targets() ? RoleName::root() : RoleName::targets();
  const Result<void> loaded = session.load({delegator, role});
  if (!loaded && loaded.error().code() != ErrorCode::target_not_found) return tl::unexpected(loaded.error());
  const auto* current = session.set().targets(delegator, role);
  if (current != nullptr) return tuf::next_version(current->body(), now + kTargetsLife);
  return tuf::new_targets(session.location().form, now + kTargetsLife, session.gun());
}

std::vector<crypto::Signer*> pointers(const std::vector<std::unique_ptr<crypto::Signer>>& owned) {
  std::vector<crypto::Signer*> out;
  for (const auto& signer : owned) out.push_back(signer.get());
  return out;
}

class Attempt {
 public:
  Attempt(Environment& environment, keys::KeyStore& keys, Session& session)
      : keys_(keys), session_(session), now_(environment.clock().now()) {}

  Result<void> add(const RoleChange& change) {
    tuf::Targets body = BS_TRY(next_body(session_, change.role, now_));
    if (!BS_TRY(change.edit(body))) return {};
    if (session_.location().form == tuf::Form::tuf1) {
      const RoleName& delegator = change.role == RoleName::targets() ? RoleName::root() : RoleName::targets();
      const auto* current = session_.set().targets(delegator, change.role);
      body.based_on.reset();
      if (current != nullptr) body.based_on = current->sha256();
    }
    const tuf::Authority authority = BS_TRY(authority_of(session_, change.role));
    const auto signers = BS_TRY(signers_for(keys_, authority.keys, authority.role));
    const auto signed_file = BS_TRY(tuf::sign(body, {&authority, 1}, pointers(signers)));
    parts_.push_back({change.role, signed_file.bytes, body.version});
    published_.push_back(change.role);
    return {};
  }

  // The server makes the snapshot where it holds the key; otherwise we sign it over what it just served.
  Result<void> add_snapshot() {
    const tuf::Root& root = session_.set().root().body();
    if (!holds_any(keys_, root.keys, root.snapshot)) return {};
    tuf::Snapshot body = BS_TRY(tuf::next_version(session_.set().snapshot()->body(), now_ + kSnapshotLife));
    for (const transport::Part& part : parts_) {
      tuf::set_meta(body, tuf::meta_of(session_.location().form, part.role.str(), part.bytes,
                                       part.version.value_or(1)));
    }
    const tuf::Authority authority{root.keys, root.snapshot};
    const auto signers = BS_TRY(signers_for(keys_, root.keys, root.snapshot));
    const auto signed_file = BS_TRY(tuf::sign(body, {&authority, 1}, pointers(signers)));
    parts_.push_back({RoleName::snapshot(), signed_file.bytes, body.version});
    return {};
  }

  const std::vector<transport::Part>& parts() const { return parts_; }
  std::vector<RoleName> take_roles() { return std::move(published_); }

 private:
  keys::KeyStore& keys_;
  Session& session_;
  Time now_;
  std::vector<transport::Part> parts_;
  std::vector<RoleName> published_;
};

}  // namespace

Result<Published> publish(Environment& environment, keys::KeyStore& keys, const Gun& gun, const Plan& plan) {
  for (int attempt = 1;; ++attempt) {
    auto session = BS_TRY(Session::open(environment, gun));
    session->tolerate_expired_targets();
    BS_TRY(session->refresh());
    BS_TRY(settle_first_use(environment, *session));
    if (!session->online()) {
      return fail(ErrorCode::unreachable,
                  "the trust server did not answer, and nothing is signed over old data: " +
                      session->offline_reason(),
                  "try again when the server can be reached; nothing was changed");
    }
    Attempt work(environment, keys, *session);
    for (const RoleChange& change : BS_TRY(plan(*session))) BS_TRY(work.add(change));
    if (work.parts().empty()) return Published{.attempts = attempt};
    BS_TRY(work.add_snapshot());
    const Result<void> done = session->transport().publish(work.parts());
    if (done) return Published{.roles = work.take_roles(), .attempts = attempt};
    if (done.error().code() != ErrorCode::conflict || attempt == kAttempts)
      return tl::unexpected(done.error());
  }
}

bool holds_any(const keys::KeyStore& keys, const tuf::KeyMap& listed, const tuf::RoleKeys& role) {
  for (const std::string& id : role.keyids) {
    const auto key = listed.find(id);
    if (key != listed.end() && key->second.canonical_id && keys.holds(*key->second.canonical_id)) return true;
  }
  return false;
}

Result<std::vector<std::unique_ptr<crypto::Signer>>> signers_for(keys::KeyStore& keys,
                                                                 const tuf::KeyMap& listed,
                                                                 const tuf::RoleKeys& role) {
  std::vector<std::unique_ptr<crypto::Signer>> out;
  std::string wanted;
  for (const std::string& id : role.keyids) {
    const auto key = listed.find(id);
    if (key == listed.end() || !key->second.canonical_id) continue;
    wanted += " " + key->second.canonical_id->str();
    if (keys.holds(*key->second.canonical_id)) out.push_back(BS_TRY(keys.signer(*key->second.canonical_id)));
  }
  if (static_cast<std::int64_t>(out.size()) >= role.threshold) return out;
  return fail(ErrorCode::key_missing,
              fmt::format("{} of the keys that must sign are here, {} are needed; the role's keys are{}",
                          out.size(), role.threshold, wanted),
              "bring a key into the trust directory with: boltseal key import FILE");
}

Result<std::vector<RoleName>> choose_roles(Session& session, const keys::KeyStore& keys,
                                           const std::string& tag) {
  const tuf::Targets& top = session.set().targets(RoleName::root(), RoleName::targets())->body();
  if (!top.delegations || top.delegations->roles.empty()) return std::vector<RoleName>{RoleName::targets()};
  std::vector<RoleName> out;
  for (const tuf::DelegatedRole& role : top.delegations->roles) {
    if (!tuf::covers(session.location().form, role, tag) || !holds_any(keys, top.delegations->keys, role))
      continue;
    out.push_back(BS_TRY(session.location().form == tuf::Form::tuf1 ? RoleName::parse_tuf1(role.name)
                                                                    : RoleName::parse_notary(role.name)));
  }
  if (!out.empty()) return out;
  return fail(ErrorCode::key_missing,
              "no key of a delegation that may sign " + escape_untrusted(tag) + " is here; " +
                  session.gun().str() + " delegates signing, so the targets key does not sign tags",
              "bring your delegation's key with: boltseal key import FILE, or name a role with --role");
}

}  // namespace boltseal::client
