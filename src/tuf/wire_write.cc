#include "tuf/wire_write.h"

#include "base/encoding.h"

namespace boltseal::tuf {

namespace {

void append_target(std::string& out, Form form, const Target& target) {
  json::append_canonical_string(out, target.name);
  out += ':';
  if (!target.extras.empty()) {
    ObjectWriter entry;
    if (!target.custom.empty()) entry.raw("custom", target.custom);
    entry.raw("hashes", write_hashes(form, target.hashes))
        .integer("length", target.length)
        .extras(target.extras);
    out += entry.finish();
    return;
  }
  out += '{';
  if (!target.custom.empty()) out.append("\"custom\":").append(target.custom).append(",");
  out.append("\"hashes\":").append(write_hashes(form, target.hashes));
  out.append(",\"length\":").append(std::to_string(target.length)).append("}");
}

}  // namespace

std::string write_keys(const KeyMap& keys) {
  ObjectWriter out;
  for (const auto& [id, key] : keys) out.raw(id, key.object);
  return out.finish();
}

std::string write_hashes(Form form, const Hashes& hashes) {
  const auto encode = [form](ByteView hash) {
    return form == Form::notary ? base64_encode(hash) : hex_encode(hash);
  };
  if (hashes.others.empty()) {  // ten thousand of these in a large file
    std::string out = "{";
    if (hashes.sha256) out.append("\"sha256\":\"").append(encode(*hashes.sha256)).append("\"");
    if (hashes.sha256 && hashes.sha512) out += ',';
    if (hashes.sha512) out.append("\"sha512\":\"").append(encode(*hashes.sha512)).append("\"");
    return out + "}";
  }
  ObjectWriter out;
  if (hashes.sha256) out.text("sha256", encode(*hashes.sha256));
  if (hashes.sha512) out.text("sha512", encode(*hashes.sha512));
  for (const auto& [name, text] : hashes.others) out.text(name, text);
  return out.finish();
}

void write_role_keys(ObjectWriter& out, const RoleKeys& role) {
  out.raw("keyids", role.null_keyids && role.keyids.empty() ? "null" : canonical_strings(role.keyids));
  out.integer("threshold", role.threshold).extras(role.extras);
}

std::string write_root_roles(const Root& root) {
  ObjectWriter out;
  for (const FileType type : {FileType::root, FileType::targets, FileType::snapshot, FileType::timestamp}) {
    ObjectWriter role;
    write_role_keys(role, root.role(type));
    out.raw(name_of(type), role.finish());
  }
  return out.extras(root.other_roles).finish();
}

std::string write_targets_map(Form form, const std::vector<Target>& targets) {
  std::string out = "{";
  out.reserve(targets.size() * 128);
  for (const Target& target : targets) {
    if (out.size() > 1) out += ',';
    append_target(out, form, target);
  }
  out += '}';
  return out;
}

std::string expires_text(const Common& common) {
  if (!common.expires_text.empty()) return common.expires_text;
  return common.form == Form::notary ? format_rfc3339_nano(common.expires)
                                     : format_rfc3339_seconds(common.expires);
}

void write_common(ObjectWriter& out, const Common& common, FileType type) {
  out.text("_type", wire_type(common.form, type)).integer("version", common.version);
  out.text("expires", expires_text(common)).extras(common.extras);
}

}  // namespace boltseal::tuf
