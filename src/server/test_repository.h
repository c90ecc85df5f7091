// For the tests of this room: the files of an owner who publishes at a TestServer.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "crypto/software_key.h"
#include "server/test_server.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::server::testing {

inline crypto::SoftwareKeyPtr new_key() {
  return must(crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256));
}

/// An owner of one repository in Notary form. By default the server holds snapshot and timestamp key.
class Owner {
 public:
  Owner(TestServer& server, std::string_view gun_name, bool client_snapshot = false)
      : server_(server), gun(*Gun::parse(gun_name)), client_snapshot_(client_snapshot) {
    begin();
  }

  /// Fresh bodies under new certificates of the same root key (as a stock init does).
  void begin() {
    const Time now = server_.clock.now();
    const tuf::Key certificate = must(
        tuf::make_root_certificate(*root_key, gun, now - kDay, now + 3650 * kDay, crypto::system_random()));
    const auto plain = [](const crypto::PublicKeyPtr& key) {
      return tuf::encode_key(tuf::Form::notary, key);
    };
    tuf::RootRoles roles;
    roles.root = {certificate};
    roles.targets = {plain(targets_key->public_key())};
    roles.snapshot = {plain(client_snapshot_ ? snapshot_key->public_key() : server_.key(gun, "snapshot"))};
    roles.timestamp = {plain(server_.key(gun, "timestamp"))};
    root = must(tuf::new_root(tuf::Form::notary, roles, now + 3650 * kDay, std::nullopt));
    targets = tuf::new_targets(tuf::Form::notary, now + 1095 * kDay, std::nullopt);
    snapshot = tuf::new_snapshot(tuf::Form::notary, now + 1095 * kDay, std::nullopt);
  }

  std::string root_file(const std::vector<crypto::Signer*>& also = {}) const {
    std::vector<crypto::Signer*> signers = {root_key.get()};
    signers.insert(signers.end(), also.begin(), also.end());
    const tuf::Authority authority{root.keys, root.root};
    return must(tuf::sign(root, std::span(&authority, 1), signers)).bytes;
  }
  std::string targets_file() const { return sign_targets(targets, root.keys, root.targets, *targets_key); }
  std::string snapshot_file() const {
    const tuf::Authority authority{root.keys, root.snapshot};
    const std::vector<crypto::Signer*> signers = {snapshot_key.get()};
    return must(tuf::sign(snapshot, std::span(&authority, 1), signers)).bytes;
  }
  static std::string sign_targets(const tuf::Targets& body, const tuf::KeyMap& keys,
                                  const tuf::RoleKeys& role, crypto::Signer& key) {
    const tuf::Authority authority{keys, role};
    const std::vector<crypto::Signer*> signers = {&key};
    return must(tuf::sign(body, std::span(&authority, 1), signers)).bytes;
  }

  void add(const std::string& tag) {
    tuf::Target target;
    target.name = tag;
    target.length = 5;
    target.hashes.sha256 = crypto::sha256(tag);
    tuf::set_target(targets, target);
  }
  /// Names the files in the snapshot body (client-held snapshot).
  void name(const std::string& role, const std::string& bytes) {
    tuf::set_meta(snapshot, tuf::meta_of(tuf::Form::notary, role, bytes, 1));
  }

  /// root, targets, and the snapshot where it is the owner's.
  Parts first_parts() {
    Parts parts = {{"root", root_file()}, {"targets", targets_file()}};
    if (!client_snapshot_) return parts;
    for (const auto& [role, bytes] : parts) name(role, bytes);
    parts.emplace_back("snapshot", snapshot_file());
    return parts;
  }
  http::Response init() { return server_.post(gun, first_parts()); }
  /// Adds a tag and publishes the next targets.
  http::Response publish(const std::string& tag) {
    add(tag);
    ++targets.version;
    return server_.post(gun, {{"targets", targets_file()}});
  }
  std::int64_t version(const std::string& name) const {
    return tuf_version(server_.file(gun, name + ".json"));
  }
  static std::int64_t tuf_version(const std::string& bytes) {
    const auto document = json::Document::parse(bytes, {});
    return document ? document->root().find("signed")->find("version")->as_int() : 0;
  }

 private:
  TestServer& server_;

 public:
  Gun gun;
  crypto::SoftwareKeyPtr root_key = new_key(), targets_key = new_key(), snapshot_key = new_key();
  tuf::Root root;
  tuf::Targets targets;
  tuf::Snapshot snapshot;

 private:
  bool client_snapshot_;
};

}  // namespace boltseal::server::testing
