#include "tuf/notary_codec.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "tuf/wire_read.h"
#include "tuf/wire_write.h"

namespace boltseal::tuf::notary_codec {

namespace {

constexpr Form kForm = Form::notary;

/// `spec_version` is known so that it is refused and not kept.
Result<json::Fields> fields_of(const json::Value& body, std::string_view own,
                               std::string_view second = "_type", std::string_view third = "_type") {
  const std::string_view known[] = {"_type", "expires", "version", "spec_version", own, second, third};
  return json::Fields::of(body, known, "signed");
}

Result<void> read_roles(const json::Value& map, Root& root) {
  const auto fields =
      BS_TRY(json::Fields::of(map, {"root", "targets", "snapshot", "timestamp"}, "signed.roles"));
  for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
    const std::string_view name = name_of(type);
    const auto role =
        BS_TRY(json::Fields::of(*BS_TRY(fields.object(name)), {"keyids", "threshold"}, fields.path_of(name)));
    RoleKeys& keys = root.role(type);
    BS_TRY(read_role_keys(kForm, role, keys));
    keys.extras = BS_TRY(read_extras(kForm, role.unknown()));
    for (const std::string& id : keys.keyids) {
      if (!root.keys.contains(id)) {
        return fail(
            role.wrong("keyids", "names " + escape_untrusted(id, 64) + ", which signed.keys does not hold"));
      }
    }
  }
  root.other_roles = BS_TRY(read_extras(kForm, fields.unknown()));
  return {};
}

Result<Meta> read_meta(const json::Member& member) {
  Meta meta;
  meta.name = member.name;
  const auto fields = BS_TRY(json::Fields::of(member.value, {"length", "hashes"},
                                              "signed.meta." + escape_untrusted(member.name, 64)));
  meta.length = BS_TRY(fields.integer("length", 0, limits::kMaxInteger));
  meta.hashes = BS_TRY(read_hashes(kForm, *BS_TRY(fields.object("hashes")), fields.path_of("hashes")));
  meta.extras = BS_TRY(read_extras(kForm, fields.unknown()));
  return meta;
}

Result<void> require_sha256(const Meta* meta, std::string_view name) {
  if (meta && meta->hashes.sha256) return {};
  return fail(ErrorCode::bad_format, "signed.meta has no sha256 hash of " + std::string(name));
}

std::string write_meta(const Meta& meta) {
  ObjectWriter out;
  out.raw("hashes", write_hashes(kForm, meta.hashes)).integer("length", meta.length.value_or(0));
  return out.extras(meta.extras).finish();
}

std::string write_delegations(const Delegations& delegations) {
  std::string roles = "[";
  for (const DelegatedRole& role : delegations.roles) {
    if (roles.size() > 1) roles += ',';
    ObjectWriter out;
    out.text("name", role.name);
    // Go omits an empty list; `[]` stands only where another writer had put it.
    if (!role.paths.empty() || role.has_paths) out.raw("paths", canonical_strings(role.paths));
    write_role_keys(out, role);
    roles += out.finish();
  }
  roles += ']';
  return ObjectWriter()
      .raw("keys", write_keys(delegations.keys))
      .raw("roles", std::move(roles))
      .extras(delegations.extras)
      .finish();
}

}  // namespace

Result<Root> read_root(const json::Value& body, const ReadOptions&) {
  const auto fields = BS_TRY(fields_of(body, "keys", "roles", "consistent_snapshot"));
  Root root;
  BS_TRY(read_common(kForm, fields, {.type = FileType::root}, root));
  root.consistent_snapshot = BS_TRY(fields.optional_boolean("consistent_snapshot"));
  root.keys = BS_TRY(read_keys(kForm, *BS_TRY(fields.object("keys")), "signed.keys"));
  BS_TRY(read_roles(*BS_TRY(fields.object("roles")), root));
  return root;
}

Result<Targets> read_targets(const json::Value& body, const RoleName* role, const ReadOptions&) {
  const auto fields = BS_TRY(fields_of(body, "targets", "delegations"));
  Targets targets;
  BS_TRY(read_common(kForm, fields, {.type = FileType::targets}, targets));
  targets.targets = BS_TRY(tuf::read_targets(kForm, *BS_TRY(fields.object("targets"))));
  if (const json::Value* delegations = BS_TRY(fields.optional_object("delegations"))) {
    targets.delegations = BS_TRY(read_delegations(kForm, *delegations, role));
  }
  return targets;
}

Result<Snapshot> read_snapshot(const json::Value& body, const ReadOptions&) {
  const auto fields = BS_TRY(fields_of(body, "meta"));
  Snapshot snapshot;
  BS_TRY(read_common(kForm, fields, {.type = FileType::snapshot}, snapshot));
  for (const json::Member& member : BS_TRY(fields.object("meta"))->members()) {
    snapshot.meta.push_back(BS_TRY(read_meta(member)));
  }
  std::sort(snapshot.meta.begin(), snapshot.meta.end(),
            [](const Meta& a, const Meta& b) { return a.name < b.name; });
  for (const std::string_view name : {"root", "targets"}) BS_TRY(require_sha256(snapshot.find(name), name));
  return snapshot;
}

Result<Timestamp> read_timestamp(const json::Value& body, const ReadOptions&) {
  const auto fields = BS_TRY(fields_of(body, "meta"));
  Timestamp timestamp;
  BS_TRY(read_common(kForm, fields, {.type = FileType::timestamp}, timestamp));
  bool found = false;
  std::vector<const json::Member*> others;
  for (const json::Member& member : BS_TRY(fields.object("meta"))->members()) {
    if (member.name == "snapshot") {
      timestamp.snapshot = BS_TRY(read_meta(member));
      found = true;
    } else {
      others.push_back(&member);
    }
  }
  timestamp.other_meta = BS_TRY(read_extras(kForm, others));
  BS_TRY(require_sha256(found ? &timestamp.snapshot : nullptr, "snapshot"));
  return timestamp;
}

Result<std::vector<Signature>> read_signatures(std::span<const json::Value> list) {
  std::vector<Signature> signatures;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto fields = BS_TRY(
        json::Fields::of(list[i], {"keyid", "method", "sig"}, "signatures[" + std::to_string(i) + "]"));
    Signature& signature = signatures.emplace_back();
    signature.keyid = BS_TRY(fields.string("keyid"));
    signature.method = BS_TRY(fields.string("method"));
    for (char& c : signature.method) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    auto bytes = base64_decode(BS_TRY(fields.string("sig")));
    if (!bytes) return fail(fields.wrong("sig", "is no base64"));
    signature.sig = std::move(*bytes);
    signature.extras = BS_TRY(read_extras(kForm, fields.unknown()));
  }
  return signatures;
}

std::string write(const Root& root) {
  ObjectWriter out;
  write_common(out, root, FileType::root);
  if (root.consistent_snapshot) out.boolean("consistent_snapshot", *root.consistent_snapshot);
  return out.raw("keys", write_keys(root.keys)).raw("roles", write_root_roles(root)).finish();
}

std::string write(const Targets& targets) {
  ObjectWriter out;
  write_common(out, targets, FileType::targets);
  if (targets.delegations) out.raw("delegations", write_delegations(*targets.delegations));
  return out.raw("targets", write_targets_map(kForm, targets.targets)).finish();
}

std::string write(const Snapshot& snapshot) {
  ObjectWriter meta;
  for (const Meta& entry : snapshot.meta) meta.raw(entry.name, write_meta(entry));
  ObjectWriter out;
  write_common(out, snapshot, FileType::snapshot);
  return out.raw("meta", meta.extras(snapshot.other_meta).finish()).finish();
}

std::string write(const Timestamp& timestamp) {
  ObjectWriter meta;
  meta.raw("snapshot", write_meta(timestamp.snapshot)).extras(timestamp.other_meta);
  ObjectWriter out;
  write_common(out, timestamp, FileType::timestamp);
  return out.raw("meta", meta.finish()).finish();
}

std::string assemble(std::string_view wire, std::span<const Signature> signatures) {
  std::string out = R"({"signed":)";
  out.reserve(wire.size() + 64 + signatures.size() * 256);
  out.append(wire).append(R"(,"signatures":[)");
  bool first = true;
  for (const Signature& signature : signatures) {
    if (!first) out += ',';
    first = false;
    ObjectWriter entry;
    entry.text("keyid", signature.keyid).text("method", signature.method);
    entry.text("sig", base64_encode(signature.sig)).extras(signature.extras);
    out += wire_text(kForm, entry.finish());
  }
  out += "]}";
  return out;
}

}  // namespace boltseal::tuf::notary_codec
