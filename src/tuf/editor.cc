// New bodies, edits of root, snapshot and timestamp.
#include "tuf/editor.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/untrusted.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"

namespace boltseal::tuf {

namespace {

constexpr std::string_view kSpecVersion = "1.0.31";

Time writable(Form form, Time expires) {
  return form == Form::tuf1 ? Time(std::chrono::floor<std::chrono::seconds>(expires)) : expires;
}

void start_body(Common& body, Form form, Time expires, const std::optional<Gun>& gun) {
  body.form = form;
  body.version = 1;
  body.expires = writable(form, expires);
  if (form == Form::notary) return;
  body.spec_version = kSpecVersion;
  if (gun) body.gun = gun->str();
}

Result<void> check_key(Form form, FileType role, const Key& key) {
  if (!key.can_verify()) {
    return fail(ErrorCode::bad_key, "key " + escape_untrusted(key.id, 64) + " can't verify signatures");
  }
  if (key.scheme.empty() != (form == Form::notary)) {
    return fail(ErrorCode::bad_key, "key " + escape_untrusted(key.id, 64) + " is of the other form");
  }
  if (form == Form::notary && role == FileType::root && !key.certificate) {
    return fail(ErrorCode::bad_key, "root keys of the Notary form are certificates");
  }
  return {};
}

/// Notary removes keys that no role names; keys that were there without a role stay.
void drop_unused(Root& root, const std::vector<std::string>& candidates) {
  for (const std::string& id : candidates) {
    bool used = false;
    for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
      const auto& ids = root.role(type).keyids;
      used = used || std::find(ids.begin(), ids.end(), id) != ids.end();
    }
    if (!used) root.keys.erase(id);
  }
}

template <typename T>
Result<T> next(const T& body, Time expires) {
  if (body.version >= limits::kMaxInteger) {
    return fail(ErrorCode::limit_exceeded, "no version number is left after " + std::to_string(body.version));
  }
  T out = body;
  ++out.version;
  out.expires = writable(body.form, expires);
  out.expires_text.clear();
  return out;
}

}  // namespace

template <typename T>
Result<T> next_version(const T& body, Time expires) {
  return next(body, expires);
}
template Result<Root> next_version(const Root&, Time);
template Result<Targets> next_version(const Targets&, Time);
template Result<Snapshot> next_version(const Snapshot&, Time);
template Result<Timestamp> next_version(const Timestamp&, Time);

Result<Root> new_root(Form form, const RootRoles& roles, Time expires, const std::optional<Gun>& gun) {
  Root root;
  start_body(root, form, expires, gun);
  root.consistent_snapshot = form == Form::tuf1;
  BS_TRY(set_role_keys(root, FileType::root, roles.root, roles.root_threshold));
  BS_TRY(set_role_keys(root, FileType::targets, roles.targets, roles.targets_threshold));
  BS_TRY(set_role_keys(root, FileType::snapshot, roles.snapshot, roles.snapshot_threshold));
  BS_TRY(set_role_keys(root, FileType::timestamp, roles.timestamp, roles.timestamp_threshold));
  return root;
}

Targets new_targets(Form form, Time expires, const std::optional<Gun>& gun) {
  Targets targets;
  start_body(targets, form, expires, gun);
  if (form == Form::notary) targets.delegations.emplace();  // Go writes the empty maps
  return targets;
}

Snapshot new_snapshot(Form form, Time expires, const std::optional<Gun>& gun) {
  Snapshot snapshot;
  start_body(snapshot, form, expires, gun);
  return snapshot;
}

Timestamp new_timestamp(Form form, Time expires, const std::optional<Gun>& gun) {
  Timestamp timestamp;
  start_body(timestamp, form, expires, gun);
  timestamp.snapshot.name = "snapshot";
  return timestamp;
}

Result<Key> make_root_certificate(crypto::Signer& signer, const Gun& gun, Time not_before, Time not_after,
                                  crypto::Random& random) {
  const auto certificate = BS_TRY(crypto::make_self_signed(signer, gun.str(), not_before, not_after, random));
  return certificate_key(certificate.pem());
}

Result<void> set_role_keys(Root& root, FileType role, std::span<const Key> keys, std::int64_t threshold) {
  std::set<Sha256> identities;
  for (const Key& key : keys) {
    BS_TRY(check_key(root.form, role, key));
    identities.insert(key.key->identity());
  }
  if (threshold < 1 || threshold > static_cast<std::int64_t>(identities.size())) {
    return fail(ErrorCode::usage, "a threshold of " + std::to_string(threshold) + " can't be met by " +
                                      std::to_string(identities.size()) + " different keys");
  }
  RoleKeys& listed = root.role(role);
  const std::vector<std::string> before = std::move(listed.keyids);
  listed.keyids.clear();
  listed.null_keyids = false;
  for (const Key& key : keys) {
    if (std::find(listed.keyids.begin(), listed.keyids.end(), key.id) != listed.keyids.end()) continue;
    listed.keyids.push_back(key.id);
    root.keys.insert_or_assign(key.id, key);
  }
  listed.threshold = threshold;
  drop_unused(root, before);
  return {};
}

Meta meta_of(Form form, std::string_view role, std::string_view bytes, std::int64_t version) {
  Meta meta;
  meta.name = role;
  meta.length = static_cast<std::int64_t>(bytes.size());
  meta.hashes.sha256 = crypto::sha256(bytes);
  if (form == Form::notary) {
    meta.hashes.sha512 = crypto::sha512(bytes);
  } else {
    meta.version = version;
  }
  return meta;
}

void set_meta(Snapshot& snapshot, Meta meta) {
  const auto at =
      std::lower_bound(snapshot.meta.begin(), snapshot.meta.end(), meta.name,
                       [](const Meta& entry, const std::string& name) { return entry.name < name; });
  if (at == snapshot.meta.end() || at->name != meta.name) {
    snapshot.meta.insert(at, std::move(meta));
    return;
  }
  if (meta.extras.empty()) meta.extras = std::move(at->extras);
  *at = std::move(meta);
}

bool remove_meta(Snapshot& snapshot, std::string_view role) {
  const auto at = std::find_if(snapshot.meta.begin(), snapshot.meta.end(),
                               [&](const Meta& entry) { return entry.name == role; });
  if (at == snapshot.meta.end()) return false;
  if (snapshot.form == Form::notary) {
    snapshot.meta.erase(at);
  } else {
    at->removed = true;
  }
  return true;
}

void set_snapshot_meta(Timestamp& timestamp, Meta meta) {
  if (meta.extras.empty()) meta.extras = std::move(timestamp.snapshot.extras);
  timestamp.snapshot = std::move(meta);
}

}  // namespace boltseal::tuf
