#include "client/rotate.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "client/first_use.h"
#include "client/lifetimes.h"
#include "client/publish.h"
#include "client/session.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::client {
namespace {

Result<void> check_roles(const std::vector<RoleName>& roles) {
  if (roles.empty()) return fail(ErrorCode::usage, "no role is named", "name timestamp, snapshot or both");
  for (const RoleName& role : roles) {
    if (role != RoleName::timestamp() && role != RoleName::snapshot()) {
      return fail(ErrorCode::usage, "the server holds no key of " + escape_untrusted(role.str()),
                  "name timestamp, snapshot or both");
    }
    if (std::count(roles.begin(), roles.end(), role) > 1)
      return fail(ErrorCode::usage, role.str() + " is named twice");
  }
  return {};
}

/// A server named with --server is where the trust data is from now on, as for `pin`: its owner moves it
/// there.
Result<std::unique_ptr<Session>> open_session(Environment& environment, const Gun& gun) {
  Location location = BS_TRY(environment.locate(gun, PinnedServer::replaced));
  auto transport = BS_TRY(environment.open_transport(location));
  auto session = std::make_unique<Session>(environment, std::move(location), std::move(transport));
  if (!environment.settings().server.empty()) session->accept_place();
  session->tolerate_expired_targets();
  return session;
}

class Rotation {
 public:
  Rotation(Environment& environment, keys::KeyStore& keys, Session& session,
           const std::vector<RoleName>& roles)
      : keys_(keys), session_(session), roles_(roles), now_(environment.clock().now()) {}

  /// Whether the next snapshot must be signed here.
  bool signs_snapshot() const {
    const bool given_away = std::find(roles_.begin(), roles_.end(), RoleName::snapshot()) != roles_.end();
    const tuf::Root& root = session_.set().root().body();
    return !given_away && holds_any(keys_, root.keys, root.snapshot);
  }

  Result<std::vector<transport::Part>> parts() {
    tuf::Root body = BS_TRY(tuf::next_version(session_.set().root().body(), now_ + kNotaryRootLife));
    // The root key is opened first: where it is not at hand, the server makes no key for nothing.
    const auto signers = BS_TRY(signers_for(keys_, body.keys, body.root));
    for (const RoleName& role : roles_) {
      const tuf::Key key =
          BS_TRY(tuf::parse_key(tuf::Form::notary, BS_TRY(session_.transport().rotate_server_key(role))));
      BS_TRY(tuf::set_role_keys(body, tuf::file_type(role), {&key, 1}, 1));
    }
    const tuf::Authority authority{body.keys, body.root};
    std::vector<transport::Part> parts;
    parts.push_back(
        {RoleName::root(), BS_TRY(tuf::sign(body, {&authority, 1}, pointers(signers))).bytes, body.version});
    if (signs_snapshot()) parts.push_back(BS_TRY(snapshot_over(parts.front(), body)));
    return parts;
  }

 private:
  static std::vector<crypto::Signer*> pointers(const std::vector<std::unique_ptr<crypto::Signer>>& owned) {
    std::vector<crypto::Signer*> out;
    for (const auto& signer : owned) out.push_back(signer.get());
    return out;
  }

  Result<transport::Part> snapshot_over(const transport::Part& root_file, const tuf::Root& root) {
    tuf::Snapshot body = BS_TRY(tuf::next_version(session_.set().snapshot()->body(), now_ + kSnapshotLife));
    tuf::set_meta(body,
                  tuf::meta_of(tuf::Form::notary, RoleName::root().str(), root_file.bytes, root.version));
    const tuf::Authority authority{root.keys, root.snapshot};
    const auto signers = BS_TRY(signers_for(keys_, root.keys, root.snapshot));
    return transport::Part{RoleName::snapshot(),
                           BS_TRY(tuf::sign(body, {&authority, 1}, pointers(signers))).bytes, body.version};
  }

  keys::KeyStore& keys_;
  Session& session_;
  const std::vector<RoleName>& roles_;
  Time now_;
};

/// The new state as everybody will see it; keeps it.
Result<Rotated> look_again(Environment& environment, const Gun& gun, const std::vector<RoleName>& roles,
                           const transport::Part& published) {
  auto session = BS_TRY(open_session(environment, gun));
  auto refreshed = session->refresh();
  if (!refreshed)
    return fail(std::move(refreshed).error().within("the server took the new root, but what it serves now"));
  const tuf::Trusted<tuf::Root>& root = session->set().root();
  const std::int64_t version = published.version.value_or(0);
  if (root->version < version || (root->version == version && root.bytes() != published.bytes)) {
    return fail(ErrorCode::bad_response,
                fmt::format("the server took the new root, version {}, but shows another one, version {}",
                            version, root->version),
                "a cache between here and the server may be older: look again with boltseal inspect");
  }
  return Rotated{.gun = session->gun(),
                 .root_version = root->version,
                 .root_sha256 = hex_encode(root.sha256()),
                 .roles = roles};
}

}  // namespace

Result<Rotated> rotate_server_keys(Environment& environment, keys::KeyStore& keys, const Gun& gun,
                                   const std::vector<RoleName>& roles) {
  BS_TRY(check_roles(roles));
  auto session = BS_TRY(open_session(environment, gun));
  if (session->location().form != tuf::Form::notary) {
    return fail(ErrorCode::usage, gun.str() + " is kept in TUF 1.0 form",
                "keys of the server are rotated in Notary form alone");
  }
  BS_TRY(session->refresh_roots());
  BS_TRY(settle_first_use(environment, *session));
  if (Rotation(environment, keys, *session, roles).signs_snapshot()) {
    session = BS_TRY(open_session(environment, gun));
    BS_TRY(session->refresh());
    if (!session->online()) {
      return fail(ErrorCode::unreachable,
                  "the trust server did not answer, and nothing is signed over old data: " +
                      session->offline_reason(),
                  "try again when the server can be reached; nothing was changed");
    }
  }
  Rotation rotation(environment, keys, *session, roles);
  const auto parts = BS_TRY(rotation.parts());
  auto published = session->transport().publish(parts);
  if (!published && published.error().code() == ErrorCode::update_refused) {
    return fail(
        std::move(published).error().with_hint("where the server lacks the keys of both roles, both must "
                                               "change at once: name timestamp and snapshot"));
  }
  BS_TRY(std::move(published));
  Rotated done = BS_TRY(look_again(environment, gun, roles, parts.front()));
  done.signed_snapshot = parts.size() > 1;
  return done;
}

}  // namespace boltseal::client
