// The targets map and delegations of both forms.
#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/untrusted.h"
#include "tuf/wire_read.h"

namespace boltseal::tuf {

namespace {

std::string target_path(std::string_view name) { return "signed.targets." + escape_untrusted(name, 64); }

/// Unknown members, wrong kinds and members that differ from a known one in case alone: worth the words.
Result<void> read_target_slowly(Form form, const json::Value& value, Target& target) {
  const auto fields =
      BS_TRY(json::Fields::of(value, {"length", "hashes", "custom"}, target_path(target.name)));
  target.length = BS_TRY(fields.integer("length", 0, limits::kMaxInteger));
  const json::Value* hashes = BS_TRY(fields.object("hashes"));
  target.hashes = BS_TRY(read_hashes(form, *hashes, fields.path_of("hashes")));
  if (const json::Value* custom = fields.find("custom")) {
    // TUF says object; notary's `custom` is any JSON value but null.
    if (custom->is_null() || (form == Form::tuf1 && !custom->is_object())) {
      return fail(fields.wrong("custom", "must be an object"));
    }
    target.custom = BS_TRY(canonical_text(form, *custom));
  }
  target.extras = BS_TRY(read_extras(form, fields.unknown()));
  return {};
}

/// The usual entry, without a path or a list made for errors that don't come; false: look closely.
bool read_target_quickly(Form form, const json::Value& value, Target& target) {
  const json::Value* length = nullptr;
  const json::Value* hashes = nullptr;
  const json::Value* custom = nullptr;
  for (const json::Member& member : value.members()) {
    if (member.name == "length") {
      length = &member.value;
    } else if (member.name == "hashes") {
      hashes = &member.value;
    } else if (member.name == "custom") {
      custom = &member.value;
    } else {
      return false;
    }
  }
  if (!length || !hashes || !length->is_integer() || length->as_int() < 0) return false;
  if (custom && !custom->is_object()) return false;
  auto read = read_hashes(form, *hashes, {});
  if (!read) return false;
  if (custom) {
    auto text = canonical_text(form, *custom);
    if (!text) return false;
    target.custom = std::move(*text);
  }
  target.length = length->as_int();
  target.hashes = std::move(*read);
  return true;
}

Result<void> check_name(Form form, const DelegatedRole& role, const RoleName* parent,
                        const json::Fields& fields) {
  const auto name = parse_role(form, role.name);
  if (!name || name->is_base()) return fail(fields.wrong("name", "is no name for a delegation"));
  if (form == Form::tuf1 || !parent) return {};
  const std::size_t slash = role.name.rfind('/');
  if (role.name.substr(0, slash) != parent->str()) {
    return fail(fields.wrong("name", "is no direct child of " + escape_untrusted(parent->str())));
  }
  return {};
}

Result<void> read_paths(Form form, const json::Fields& fields, DelegatedRole& role) {
  role.has_paths = fields.find("paths") != nullptr;
  if (role.has_paths) {
    role.paths = BS_TRY(read_strings(*fields.find("paths"), fields.path_of("paths"), limits::kPathsPerRole,
                                     limits::kPatternBytes));
  }
  if (form == Form::notary) return {};
  role.has_hash_prefixes = fields.find("path_hash_prefixes") != nullptr;
  if (role.has_hash_prefixes) {
    if (role.has_paths) return fail(fields.wrong("path_hash_prefixes", "stands beside paths"));
    role.path_hash_prefixes = BS_TRY(read_strings(
        *fields.find("path_hash_prefixes"), fields.path_of("path_hash_prefixes"), limits::kPathsPerRole, 64));
  }
  role.terminating = BS_TRY(fields.optional_boolean("terminating"));
  return {};
}

Result<DelegatedRole> read_delegated(Form form, const json::Value& value, const RoleName* parent,
                                     std::string path) {
  static constexpr std::string_view kNotary[] = {"name", "keyids", "threshold", "paths"};
  static constexpr std::string_view kTuf1[] = {"name",  "keyids",      "threshold",
                                               "paths", "terminating", "path_hash_prefixes"};
  const auto known = form == Form::notary ? std::span<const std::string_view>(kNotary)
                                          : std::span<const std::string_view>(kTuf1);
  const auto fields = BS_TRY(json::Fields::of(value, known, std::move(path)));
  DelegatedRole role;
  role.name = BS_TRY(fields.string("name"));
  BS_TRY(check_name(form, role, parent, fields));
  BS_TRY(read_role_keys(form, fields, role));
  BS_TRY(read_paths(form, fields, role));
  role.extras = BS_TRY(read_extras(form, fields.unknown()));
  return role;
}

Result<SuccinctRoles> read_succinct(const json::Value& value) {
  const auto fields = BS_TRY(json::Fields::of(value, {"keyids", "threshold", "bit_length", "name_prefix"},
                                              "signed.delegations.succinct_roles"));
  SuccinctRoles roles;
  BS_TRY(read_role_keys(Form::tuf1, fields, roles));
  roles.bit_length = static_cast<int>(BS_TRY(fields.integer("bit_length", 1, 32)));
  roles.name_prefix = BS_TRY(fields.string("name_prefix"));
  // The longest bin name is the prefix, a hyphen and eight digits.
  if (roles.name_prefix.empty() || !RoleName::parse_tuf1(roles.name_prefix + "-00000000")) {
    return fail(fields.wrong("name_prefix", "makes no role names"));
  }
  roles.extras = BS_TRY(read_extras(Form::tuf1, fields.unknown()));
  return roles;
}

Result<void> read_roles(Form form, std::span<const json::Value> list, const RoleName* parent,
                        Delegations& out) {
  if (list.size() > limits::kDelegationsPerFile) {
    return fail(too_many("signed.delegations.roles", limits::kDelegationsPerFile));
  }
  out.roles.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.roles.push_back(
        BS_TRY(read_delegated(form, list[i], parent, "signed.delegations.roles[" + std::to_string(i) + "]")));
  }
  std::set<std::string_view> names;
  for (const DelegatedRole& role : out.roles) {
    if (!names.insert(role.name).second) {
      return fail(ErrorCode::bad_format,
                  "signed.delegations.roles lists " + escape_untrusted(role.name) + " twice");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Target>> read_targets(Form form, const json::Value& map) {
  std::vector<Target> targets;
  targets.reserve(map.members().size());
  for (const json::Member& member : map.members()) {
    Target& target = targets.emplace_back();
    target.name = member.name;
    if (!read_target_quickly(form, member.value, target)) {
      target.custom.clear();
      BS_TRY(read_target_slowly(form, member.value, target));
    }
  }
  const auto by_name = [](const Target& a, const Target& b) { return a.name < b.name; };
  if (!std::is_sorted(targets.begin(), targets.end(), by_name))
    std::sort(targets.begin(), targets.end(), by_name);
  return targets;
}

Result<Delegations> read_delegations(Form form, const json::Value& object, const RoleName* parent) {
  static constexpr std::string_view kNotary[] = {"keys", "roles"};
  static constexpr std::string_view kTuf1[] = {"keys", "roles", "succinct_roles"};
  const auto known = form == Form::notary ? std::span<const std::string_view>(kNotary)
                                          : std::span<const std::string_view>(kTuf1);
  const auto fields = BS_TRY(json::Fields::of(object, known, "signed.delegations"));
  Delegations out;
  out.keys = BS_TRY(read_keys(form, *BS_TRY(fields.object("keys")), "signed.delegations.keys"));
  if (form == Form::tuf1) {
    if (const json::Value* succinct = BS_TRY(fields.optional_object("succinct_roles"))) {
      if (fields.find("roles")) return fail(fields.wrong("succinct_roles", "stands beside roles"));
      out.succinct = BS_TRY(read_succinct(*succinct));
    }
  }
  // Go writes a list that was never filled as null: notary does so when the last delegation is removed.
  const json::Value* roles = fields.find("roles");
  const bool none = form == Form::notary && roles != nullptr && roles->is_null();
  if (!out.succinct && !none) BS_TRY(read_roles(form, BS_TRY(fields.array("roles")), parent, out));
  out.extras = BS_TRY(read_extras(form, fields.unknown()));
  return out;
}

}  // namespace boltseal::tuf
