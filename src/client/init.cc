#include "client/init.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "client/lifetimes.h"
#include "client/publish.h"
#include "store/trust_store.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::client {
namespace {

struct NewRepository {
  std::string root;
  std::string targets;
  std::optional<std::string> snapshot;  ///< where its key is ours
  KeyId root_key;
};

class Init {
 public:
  Init(Environment& environment, keys::FileKeyStore& keys, const InitOptions& options, Location location,
       std::unique_ptr<transport::Transport> transport)
      : environment_(environment),
        keys_(keys),
        options_(options),
        location_(std::move(location)),
        transport_(std::move(transport)),
        store_(environment.settings().trust_dir, location_.form, location_.gun) {}

  Result<Initialised> run() {
    BS_TRY(require_place());
    BS_TRY(require_absent());
    Initialised done{.gun = location_.gun, .root_key = BS_TRY(choose_root_key())};
    done.made_root_key = made_root_key_;
    NewRepository repository{.root_key = done.root_key};
    if (auto earlier = BS_TRY(interrupted()); earlier) {
      repository = std::move(*earlier);
      done.root_key = repository.root_key;
      done.resumed = true;
      done.local_snapshot = repository.snapshot.has_value();
    } else {
      repository = BS_TRY(make(done.root_key));
    }
    std::vector<transport::Part> parts = {{RoleName::root(), repository.root, 1},
                                          {RoleName::targets(), repository.targets, 1}};
    if (repository.snapshot) parts.push_back({RoleName::snapshot(), *repository.snapshot, 1});
    if (auto published = transport_->publish(parts); !published) {
      Error error = std::move(published).error();
      if (!done.resumed || error.error_class() == ErrorClass::network) return fail(std::move(error));
      return fail(std::move(error).with_hint(
          "this went on with an init that had not ended; to begin anew remove " + location_.gun.str() +
          " below " + environment_.settings().trust_dir + "/tuf"));
    }
    BS_TRY(record_place());
    const auto root = BS_TRY(tuf::parse_root(location_.form, repository.root));
    done.root_sha256 = hex_encode(root.sha256());
    return done;
  }

 private:
  // What is known of a repository from one place is not begun anew elsewhere because a variable says so (ADR
  // 20).
  Result<void> require_place() {
    const std::string known = BS_TRY(store_.state()).transport;
    if (known.empty() || known == transport_->describe() || location_.by_policy) return {};
    if (!environment_.settings().server.empty()) return {};
    return fail(other_place(location_.gun, known, transport_->describe(),
                            "to begin it anew there, name the server with --server or in the policy file"));
  }

  Result<void> require_absent() {
    auto present = transport_->current(RoleName::root(), limits::kRootBytes);
    if (present) {
      return fail(ErrorCode::already_exists,
                  location_.gun.str() + " has trust data at " + transport_->describe() + " already",
                  "sign with: boltseal sign; if that data is not yours, ask the server's operator");
    }
    if (present.error().code() == ErrorCode::no_trust_data) return {};
    return tl::unexpected(std::move(present).error());
  }

  // An earlier init that ended after it stored its root, ours or a stock client's: its own files, good
  // signatures, the root key still here. Whether the other keys are this server's is for the server to say:
  // notary-server names another key at each question.
  Result<std::optional<NewRepository>> interrupted() {
    const std::optional<NewRepository> kNone;
    auto root_bytes = store_.cached(RoleName::root());
    auto targets_bytes = store_.cached(RoleName::targets());
    if (!root_bytes || !targets_bytes) return kNone;
    auto root = tuf::parse_root(location_.form, *root_bytes);
    auto targets = tuf::parse_targets(location_.form, RoleName::targets(), *targets_bytes);
    if (!root || !targets || (*root)->version != 1 || (*targets)->version != 1) return kNone;
    auto trusted = tuf::ChainVerifier::root_itself(
        *root, {.gun = location_.gun.str(), .now = environment_.clock().now()});
    if (!trusted || !tuf::ChainVerifier::targets(*targets, *trusted)) return kNone;
    const auto key = (*root)->keys.find((*root)->root.keyids.front());
    if (key == (*root)->keys.end() || !key->second.canonical_id || !keys_.holds(*key->second.canonical_id))
      return kNone;
    NewRepository found{.root = std::move(*root_bytes),
                        .targets = std::move(*targets_bytes),
                        .root_key = *key->second.canonical_id};
    if (holds_any(keys_, (*root)->keys, (*root)->snapshot))
      found.snapshot = BS_TRY(first_snapshot(found, root->body()));
    return found;
  }

  // notary's init keeps the snapshot key here; the server can't make the first snapshot then.
  Result<std::string> first_snapshot(const NewRepository& repository, const tuf::Root& root) {
    tuf::Snapshot body =
        tuf::new_snapshot(location_.form, environment_.clock().now() + kSnapshotLife, location_.gun);
    if (location_.form == tuf::Form::notary)
      tuf::set_meta(body, tuf::meta_of(location_.form, RoleName::root().str(), repository.root, 1));
    tuf::set_meta(body, tuf::meta_of(location_.form, RoleName::targets().str(), repository.targets, 1));
    const auto owned = BS_TRY(signers_for(keys_, root.keys, root.snapshot));
    std::vector<crypto::Signer*> signers;
    for (const auto& signer : owned) signers.push_back(signer.get());
    const tuf::Authority authority{root.keys, root.snapshot};
    std::string bytes = BS_TRY(tuf::sign(body, {&authority, 1}, signers)).bytes;
    BS_TRY(store_.commit({{RoleName::snapshot(), 1, bytes}}, BS_TRY(store_.state())));
    return bytes;
  }

  Result<KeyId> choose_root_key() {
    const auto known = BS_TRY(keys_.list());
    if (options_.root_key) {
      if (keys_.holds(*options_.root_key)) return *options_.root_key;
      return fail(ErrorCode::key_missing,
                  "there is no key " + options_.root_key->str() + " in " + environment_.settings().trust_dir,
                  "boltseal key list shows the keys");
    }
    for (const keys::KeyInfo& key : known.keys) {
      if (key.role == RoleName::root().str()) return key.id;
    }
    made_root_key_ = true;
    return BS_TRY(keys_.generate(crypto::KeyAlgorithm::ecdsa_p256, RoleName::root().str(), std::nullopt)).id;
  }

  Result<NewRepository> make(const KeyId& root_key) {
    // The server is asked first: without it no key is made (an orphan would stay).
    const tuf::Key timestamp_key = BS_TRY(server_key(RoleName::timestamp()));
    const tuf::Key snapshot_key = BS_TRY(server_key(RoleName::snapshot()));
    const auto root_signer = BS_TRY(keys_.signer(root_key));
    const KeyId targets_id =
        BS_TRY(keys_.generate(crypto::KeyAlgorithm::ecdsa_p256, RoleName::targets().str(), location_.gun)).id;
    const auto targets_signer = BS_TRY(keys_.signer(targets_id));

    const Time now = environment_.clock().now();
    const bool notary = location_.form == tuf::Form::notary;
    tuf::RootRoles roles;
    roles.root = {notary ? BS_TRY(tuf::make_root_certificate(*root_signer, location_.gun, now,
                                                             now + kNotaryRootLife, environment_.random()))
                         : tuf::encode_key(location_.form, root_signer->public_key())};
    roles.targets = {tuf::encode_key(location_.form, targets_signer->public_key())};
    roles.snapshot = {snapshot_key};
    roles.timestamp = {timestamp_key};
    const Duration root_life = notary ? kNotaryRootLife : kTuf1RootLife;
    const std::optional<Gun> gun = location_.gun;
    const tuf::Root root = BS_TRY(tuf::new_root(location_.form, roles, now + root_life, gun));
    const tuf::Targets targets = tuf::new_targets(location_.form, now + kTargetsLife, gun);
    NewRepository made{.root_key = root_key};
    made.root = BS_TRY(signed_by(root, {root.keys, root.root}, *root_signer));
    made.targets = BS_TRY(signed_by(targets, {root.keys, root.targets}, *targets_signer));
    BS_TRY(remember(made));
    return made;
  }

  template <typename T>
  static Result<std::string> signed_by(const T& body, const tuf::Authority& authority,
                                       crypto::Signer& signer) {
    crypto::Signer* const signers[] = {&signer};
    return BS_TRY(tuf::sign(body, {&authority, 1}, signers)).bytes;
  }

  Result<tuf::Key> server_key(const RoleName& role) {
    return tuf::parse_key(location_.form, BS_TRY(transport_->server_key(role)));
  }

  // Trust in this repository begins with our own root.
  Result<void> remember(const NewRepository& made) {
    const auto root = BS_TRY(tuf::parse_root(location_.form, made.root));
    store::TrustState state;
    state.floors.roles[RoleName::root()] = {1, root.sha256()};
    state.first_root_version = 1;
    state.first_root_sha256 = root.sha256();
    std::vector<RoleName> forget;
    for (const auto& [role, floor] : BS_TRY(store_.state()).floors.roles) forget.push_back(role);
    return store_.commit({{RoleName::root(), 1, made.root}, {RoleName::targets(), 1, made.targets}}, state,
                         forget);
  }

  // The place is kept once it has the data (ADR 20).
  Result<void> record_place() {
    store::TrustState state = BS_TRY(store_.state());
    state.transport = transport_->describe();
    return store_.commit({}, state);
  }

  Environment& environment_;
  keys::FileKeyStore& keys_;
  const InitOptions& options_;
  Location location_;
  std::unique_ptr<transport::Transport> transport_;
  store::TrustStore store_;
  bool made_root_key_ = false;
};

}  // namespace

Result<Initialised> init(Environment& environment, keys::FileKeyStore& keys, const Gun& gun,
                         const InitOptions& options) {
  Location location = BS_TRY(environment.locate(gun));
  auto transport = BS_TRY(environment.open_transport(location));
  return Init(environment, keys, options, std::move(location), std::move(transport)).run();
}

}  // namespace boltseal::client
