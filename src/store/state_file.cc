#include "store/state_file.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/limits.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace boltseal::store {
namespace {

constexpr std::int64_t kFormat = 1;

Result<Sha256> read_hash(std::string_view hex) {
  const Digest digest = BS_TRY(Digest::parse("sha256:" + std::string(hex)));
  return digest.sha256();
}

Result<std::vector<Sha256>> read_hashes(const json::Fields& fields, std::string_view name) {
  std::vector<Sha256> out;
  for (const std::string_view hex : BS_TRY(json::strings(BS_TRY(fields.array(name)), name))) {
    out.push_back(BS_TRY(read_hash(hex)));
  }
  return out;
}

Result<void> read_roles(const json::Value& roles, std::map<RoleName, tuf::Floor>& out) {
  for (const json::Member& member : roles.members()) {
    const auto fields = BS_TRY(json::Fields::of(member.value, {"version", "sha256"}, "roles"));
    tuf::Floor floor;
    floor.version = BS_TRY(fields.integer("version", 0, limits::kMaxInteger));
    if (const auto hex = BS_TRY(fields.optional_string("sha256"))) floor.sha256 = BS_TRY(read_hash(*hex));
    out.emplace(BS_TRY(RoleName::parse_tuf1(member.name)), floor);
  }
  return {};
}

void write_hashes(json::Writer& w, std::string_view name, const std::vector<Sha256>& hashes) {
  w.name(name).begin_array();
  for (const Sha256& hash : hashes) w.string(hex_encode(hash));
  w.end_array();
}

}  // namespace

Result<TrustState> parse_state(std::string text) {
  const auto document = BS_TRY(json::Document::parse(std::move(text), {}));
  const auto fields = BS_TRY(json::Fields::of(
      document.root(),
      {"format", "roles", "issued", "timestamp_keys", "snapshot_keys", "transport", "anchor", "first_root"},
      "state"));
  BS_TRY(fields.integer("format", kFormat, kFormat));
  TrustState state;
  BS_TRY(read_roles(*BS_TRY(fields.object("roles")), state.floors.roles));
  if (const auto issued = BS_TRY(fields.optional_string("issued")))
    state.floors.issued = BS_TRY(parse_rfc3339(*issued));
  state.floors.timestamp_keys = BS_TRY(read_hashes(fields, "timestamp_keys"));
  state.floors.snapshot_keys = BS_TRY(read_hashes(fields, "snapshot_keys"));
  state.transport = std::string(BS_TRY(fields.optional_string("transport")).value_or(""));
  if (const auto hex = BS_TRY(fields.optional_string("anchor"))) state.anchor = BS_TRY(read_hash(*hex));
  if (const json::Value* first = BS_TRY(fields.optional_object("first_root"))) {
    const auto root = BS_TRY(json::Fields::of(*first, {"version", "sha256"}, "state.first_root"));
    state.first_root_version = BS_TRY(root.integer("version", 1, limits::kMaxInteger));
    state.first_root_sha256 = BS_TRY(read_hash(BS_TRY(root.string("sha256"))));
  }
  return state;
}

std::string write_state(const TrustState& state) {
  json::Writer w({.indent = "  "});
  w.begin_object().member("format", kFormat).name("roles").begin_object();
  for (const auto& [role, floor] : state.floors.roles) {
    w.name(role.str()).begin_object().member("version", floor.version);
    if (floor.sha256) w.member("sha256", hex_encode(*floor.sha256));
    w.end_object();
  }
  w.end_object();
  if (state.floors.issued) w.member("issued", format_rfc3339_nano(*state.floors.issued));
  write_hashes(w, "timestamp_keys", state.floors.timestamp_keys);
  write_hashes(w, "snapshot_keys", state.floors.snapshot_keys);
  if (!state.transport.empty()) w.member("transport", state.transport);
  if (state.anchor) w.member("anchor", hex_encode(*state.anchor));
  if (state.first_root_version && state.first_root_sha256) {
    w.name("first_root").begin_object().member("version", *state.first_root_version);
    w.member("sha256", hex_encode(*state.first_root_sha256)).end_object();
  }
  w.end_object();
  return w.take();
}

TrustState merge_states(const TrustState& on_disk, const TrustState& newer) {
  TrustState out = newer;
  for (const auto& [role, floor] : on_disk.floors.roles) {
    const auto [it, added] = out.floors.roles.emplace(role, floor);
    if (!added && it->second.version < floor.version) it->second = floor;
  }
  if (on_disk.floors.issued && (!out.floors.issued || *out.floors.issued < *on_disk.floors.issued)) {
    out.floors.issued = on_disk.floors.issued;
  }
  if (out.floors.timestamp_keys.empty()) out.floors.timestamp_keys = on_disk.floors.timestamp_keys;
  if (out.floors.snapshot_keys.empty()) out.floors.snapshot_keys = on_disk.floors.snapshot_keys;
  if (out.transport.empty()) out.transport = on_disk.transport;
  if (!out.anchor) out.anchor = on_disk.anchor;
  if (!out.first_root_version) {
    out.first_root_version = on_disk.first_root_version;
    out.first_root_sha256 = on_disk.first_root_sha256;
  }
  return out;
}

}  // namespace boltseal::store
