#include "tuf/tuf1_codec.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "tuf/wire_read.h"
#include "tuf/wire_write.h"

namespace boltseal::tuf::tuf1_codec {

namespace {

constexpr Form kForm = Form::tuf1;
constexpr std::string_view kSuffix = ".json";

/// The members of all roles, and the role's own.
Result<json::Fields> fields_of(const json::Value& body, std::initializer_list<std::string_view> own) {
  std::vector<std::string_view> known = {"_type",        "expires",        "version",
                                         "spec_version", "x-boltseal-gun", "x-boltseal-notary-version"};
  known.insert(known.end(), own);
  return json::Fields::of(body, known, "signed");
}

Result<void> read_roles(const json::Value& map, Root& root) {
  const auto fields =
      BS_TRY(json::Fields::of(map, {"root", "targets", "snapshot", "timestamp"}, "signed.roles"));
  for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
    const std::string_view name = name_of(type);
    const auto role =
        BS_TRY(json::Fields::of(*BS_TRY(fields.object(name)), {"keyids", "threshold"}, fields.path_of(name)));
    BS_TRY(read_role_keys(kForm, role, root.role(type)));
    root.role(type).extras = BS_TRY(read_extras(kForm, role.unknown()));
  }
  root.other_roles = BS_TRY(read_extras(kForm, fields.unknown()));
  return {};
}

Result<Meta> read_meta(const json::Member& member) {
  Meta meta;
  meta.name = member.name.substr(0, member.name.size() - kSuffix.size());
  const auto fields =
      BS_TRY(json::Fields::of(member.value, {"version", "length", "hashes", "x-boltseal-removed"},
                              "signed.meta." + escape_untrusted(member.name, 64)));
  meta.version = BS_TRY(fields.integer("version", 1, limits::kMaxInteger));
  if (fields.find("length")) meta.length = BS_TRY(fields.integer("length", 0, limits::kMaxInteger));
  if (const json::Value* hashes = BS_TRY(fields.optional_object("hashes"))) {
    meta.hashes = BS_TRY(read_hashes(kForm, *hashes, fields.path_of("hashes")));
  }
  meta.removed = BS_TRY(fields.optional_boolean("x-boltseal-removed")).value_or(false);
  meta.extras = BS_TRY(read_extras(kForm, fields.unknown()));
  return meta;
}

std::string write_meta(const Meta& meta) {
  ObjectWriter out;
  out.integer("version", meta.version.value_or(1));
  if (meta.length) out.integer("length", *meta.length);
  if (meta.hashes.any_known()) out.raw("hashes", write_hashes(kForm, meta.hashes));
  if (meta.removed) out.boolean("x-boltseal-removed", true);
  return out.extras(meta.extras).finish();
}

std::string write_delegated(const DelegatedRole& role) {
  ObjectWriter out;
  out.text("name", role.name);
  if (role.has_paths || !role.paths.empty()) out.raw("paths", canonical_strings(role.paths));
  if (role.has_hash_prefixes) out.raw("path_hash_prefixes", canonical_strings(role.path_hash_prefixes));
  if (role.terminating) out.boolean("terminating", *role.terminating);
  write_role_keys(out, role);
  return out.finish();
}

std::string write_delegations(const Delegations& delegations) {
  ObjectWriter out;
  out.raw("keys", write_keys(delegations.keys));
  if (delegations.succinct) {
    ObjectWriter roles;
    roles.integer("bit_length", delegations.succinct->bit_length);
    roles.text("name_prefix", delegations.succinct->name_prefix);
    write_role_keys(roles, *delegations.succinct);
    out.raw("succinct_roles", roles.finish());
  } else {
    std::string roles = "[";
    for (const DelegatedRole& role : delegations.roles) {
      if (roles.size() > 1) roles += ',';
      roles += write_delegated(role);
    }
    roles += ']';
    out.raw("roles", std::move(roles));
  }
  return out.extras(delegations.extras).finish();
}

void write_head(ObjectWriter& out, const Common& common, FileType type) {
  write_common(out, common, type);
  out.text("spec_version", common.spec_version);
  if (common.gun) out.text("x-boltseal-gun", *common.gun);
  if (common.notary_version) out.integer("x-boltseal-notary-version", *common.notary_version);
}

void write_hash(ObjectWriter& out, std::string_view name, const std::optional<Sha256>& hash) {
  if (hash) out.text(name, hex_encode(*hash));
}

}  // namespace

Result<Root> read_root(const json::Value& body, const ReadOptions& options) {
  const auto fields = BS_TRY(fields_of(body, {"keys", "roles", "consistent_snapshot"}));
  Root root;
  BS_TRY(read_common(kForm, fields, {FileType::root, options.lenient_dates}, root));
  root.consistent_snapshot = BS_TRY(fields.optional_boolean("consistent_snapshot"));
  root.keys = BS_TRY(read_keys(kForm, *BS_TRY(fields.object("keys")), "signed.keys"));
  BS_TRY(read_roles(*BS_TRY(fields.object("roles")), root));
  return root;
}

Result<Targets> read_targets(const json::Value& body, const RoleName* role, const ReadOptions& options) {
  const auto fields = BS_TRY(fields_of(body, {"targets", "delegations", "x-boltseal-based-on"}));
  Targets targets;
  BS_TRY(read_common(kForm, fields, {FileType::targets, options.lenient_dates}, targets));
  targets.targets = BS_TRY(tuf::read_targets(kForm, *BS_TRY(fields.object("targets"))));
  if (const json::Value* delegations = BS_TRY(fields.optional_object("delegations"))) {
    targets.delegations = BS_TRY(read_delegations(kForm, *delegations, role));
  }
  targets.based_on = BS_TRY(read_optional_sha256(fields, "x-boltseal-based-on"));
  return targets;
}

Result<Snapshot> read_snapshot(const json::Value& body, const ReadOptions& options) {
  const auto fields = BS_TRY(fields_of(body, {"meta", "x-boltseal-twin"}));
  Snapshot snapshot;
  BS_TRY(read_common(kForm, fields, {FileType::snapshot, options.lenient_dates}, snapshot));
  std::vector<const json::Member*> others;
  for (const json::Member& member : BS_TRY(fields.object("meta"))->members()) {
    if (member.name.ends_with(kSuffix)) {
      snapshot.meta.push_back(BS_TRY(read_meta(member)));
    } else {
      others.push_back(&member);
    }
  }
  std::sort(snapshot.meta.begin(), snapshot.meta.end(),
            [](const Meta& a, const Meta& b) { return a.name < b.name; });
  snapshot.other_meta = BS_TRY(read_extras(kForm, others));
  snapshot.twin = BS_TRY(read_optional_sha256(fields, "x-boltseal-twin"));
  return snapshot;
}

Result<Timestamp> read_timestamp(const json::Value& body, const ReadOptions& options) {
  const auto fields = BS_TRY(fields_of(body, {"meta", "x-boltseal-twin", "x-boltseal-issued"}));
  Timestamp timestamp;
  BS_TRY(read_common(kForm, fields, {FileType::timestamp, options.lenient_dates}, timestamp));
  bool found = false;
  std::vector<const json::Member*> others;
  for (const json::Member& member : BS_TRY(fields.object("meta"))->members()) {
    if (member.name == "snapshot.json") {
      timestamp.snapshot = BS_TRY(read_meta(member));
      found = true;
    } else {
      others.push_back(&member);
    }
  }
  timestamp.other_meta = BS_TRY(read_extras(kForm, others));
  if (!found) return fail(fields.wrong("meta", "has no entry snapshot.json"));
  timestamp.twin = BS_TRY(read_optional_sha256(fields, "x-boltseal-twin"));
  if (const auto text = BS_TRY(fields.optional_string("x-boltseal-issued"))) {
    const auto issued = parse_rfc3339_seconds(*text);
    if (!issued) return fail(fields.wrong("x-boltseal-issued", "must be YYYY-MM-DDTHH:MM:SSZ"));
    timestamp.issued = *issued;
  }
  return timestamp;
}

Result<std::vector<Signature>> read_signatures(std::span<const json::Value> list) {
  std::vector<Signature> signatures;
  signatures.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto fields =
        BS_TRY(json::Fields::of(list[i], {"keyid", "sig"}, "signatures[" + std::to_string(i) + "]"));
    Signature& signature = signatures.emplace_back();
    signature.keyid = BS_TRY(fields.string("keyid"));
    const auto text = BS_TRY(fields.string("sig"));
    auto bytes = hex_decode(text);
    signature.decodable = bytes.has_value();
    if (bytes) {
      signature.sig = std::move(*bytes);
    } else {
      signature.text = text;
    }
    signature.extras = BS_TRY(read_extras(kForm, fields.unknown()));
  }
  std::set<std::string_view> ids;
  for (const Signature& signature : signatures) {
    if (!ids.insert(signature.keyid).second) {
      return fail(ErrorCode::bad_format,
                  "signatures holds " + escape_untrusted(signature.keyid, 64) + " twice");
    }
  }
  return signatures;
}

std::string write(const Root& root) {
  ObjectWriter out;
  write_head(out, root, FileType::root);
  if (root.consistent_snapshot) out.boolean("consistent_snapshot", *root.consistent_snapshot);
  return out.raw("keys", write_keys(root.keys)).raw("roles", write_root_roles(root)).finish();
}

std::string write(const Targets& targets) {
  ObjectWriter out;
  write_head(out, targets, FileType::targets);
  if (targets.delegations) out.raw("delegations", write_delegations(*targets.delegations));
  write_hash(out, "x-boltseal-based-on", targets.based_on);
  return out.raw("targets", write_targets_map(kForm, targets.targets)).finish();
}

std::string write(const Snapshot& snapshot) {
  ObjectWriter meta;
  for (const Meta& entry : snapshot.meta) meta.raw(entry.name + std::string(kSuffix), write_meta(entry));
  ObjectWriter out;
  write_head(out, snapshot, FileType::snapshot);
  write_hash(out, "x-boltseal-twin", snapshot.twin);
  return out.raw("meta", meta.extras(snapshot.other_meta).finish()).finish();
}

std::string write(const Timestamp& timestamp) {
  ObjectWriter meta;
  meta.raw("snapshot.json", write_meta(timestamp.snapshot)).extras(timestamp.other_meta);
  ObjectWriter out;
  write_head(out, timestamp, FileType::timestamp);
  write_hash(out, "x-boltseal-twin", timestamp.twin);
  if (timestamp.issued) out.text("x-boltseal-issued", format_rfc3339_seconds(*timestamp.issued));
  return out.raw("meta", meta.finish()).finish();
}

std::string assemble(std::string_view wire, std::span<const Signature> signatures) {
  std::string out = R"({"signatures":[)";
  out.reserve(wire.size() + 64 + signatures.size() * 256);
  bool first = true;
  for (const Signature& signature : signatures) {
    if (!first) out += ',';
    first = false;
    ObjectWriter entry;
    entry.text("keyid", signature.keyid);
    entry.text("sig", signature.decodable ? hex_encode(signature.sig) : signature.text)
        .extras(signature.extras);
    out += wire_text(kForm, entry.finish());
  }
  out.append(R"(],"signed":)").append(wire).append("}");
  return out;
}

}  // namespace boltseal::tuf::tuf1_codec
