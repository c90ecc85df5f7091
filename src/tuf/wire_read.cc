#include "tuf/wire_read.h"

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"

namespace boltseal::tuf {

namespace {

constexpr std::size_t kLongestKeyId = 255;

Error wrong(std::string_view path, std::string_view problem) {
  return Error(ErrorCode::bad_format, std::string(path) + " " + std::string(problem));
}

template <std::size_t N>
Result<void> read_hash(Form form, std::string_view text, std::string_view path,
                       std::optional<std::array<std::uint8_t, N>>& out) {
  if (form == Form::notary) {
    if (!base64_decode_to(text, out.emplace())) return fail(wrong(path, "holds a malformed hash"));
    return {};
  }
  const auto bytes = hex_decode(text);
  if (!bytes || bytes->size() != N) return fail(wrong(path, "holds a malformed hash"));
  std::copy(bytes->begin(), bytes->end(), out.emplace().begin());
  return {};
}

Result<void> read_expires(Form form, const json::Fields& fields, bool lenient, Common& common) {
  const auto text = BS_TRY(fields.string("expires"));
  const bool strict = form == Form::tuf1 && !lenient;
  const auto time = strict ? parse_rfc3339_seconds(text) : parse_rfc3339(text);
  if (!time) {
    return fail(fields.wrong("expires", strict ? "must be YYYY-MM-DDTHH:MM:SSZ" : "is no RFC 3339 date"));
  }
  common.expires = *time;
  common.expires_text = text;
  return {};
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "1.Y" or "1.Y.Z".
bool is_spec_1(std::string_view text) {
  if (!text.starts_with("1.") || text.size() > 32) return false;
  text.remove_prefix(2);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return all_digits(text);
  return all_digits(text.substr(0, dot)) && all_digits(text.substr(dot + 1));
}

Result<void> read_spec_version(Form form, const json::Fields& fields, Common& common) {
  if (form == Form::notary) {
    if (fields.find("spec_version")) {
      return fail(fields.wrong("spec_version", "has no place in Notary's form"));
    }
    return {};
  }
  const auto text = BS_TRY(fields.string("spec_version"));
  if (!is_spec_1(text)) return fail(fields.wrong("spec_version", "must be 1.x or 1.x.y"));
  common.spec_version = text;
  return {};
}

}  // namespace

Error too_many(std::string_view path, std::size_t most) {
  return Error(ErrorCode::limit_exceeded,
               std::string(path) + " has more than " + std::to_string(most) + " entries");
}

Result<std::string> canonical_text(Form form, const json::Value& value) {
  if (value.source_is_canonical()) return std::string(value.source());
  return json::canonical(value, dialect(form));
}

Result<Extras> read_extras(Form form, const std::vector<const json::Member*>& members) {
  Extras extras;
  extras.reserve(members.size());
  for (const json::Member* member : members) {
    extras.push_back({std::string(member->name), BS_TRY(canonical_text(form, member->value))});
  }
  std::sort(extras.begin(), extras.end(), [](const Extra& a, const Extra& b) { return a.name < b.name; });
  return extras;
}

Result<KeyMap> read_keys(Form form, const json::Value& map, std::string_view path) {
  KeyMap keys;
  for (const json::Member& member : map.members()) {
    if (member.name.empty() || member.name.size() > kLongestKeyId) {
      return fail(wrong(path, "has a key id that is empty or longer than 255 bytes"));
    }
    auto key = decode_key(form, member.name, member.value);
    if (!key)
      return fail(std::move(key).error().within(std::string(path) + "." + escape_untrusted(member.name, 64)));
    keys.emplace(member.name, std::move(*key));
  }
  return keys;
}

Result<void> read_role_keys(Form form, const json::Fields& fields, RoleKeys& role) {
  const json::Value* list = BS_TRY(fields.any("keyids"));
  role.null_keyids = form == Form::notary && list->is_null();
  if (!role.null_keyids) {
    if (!list->is_array()) return fail(fields.wrong("keyids", "must be a list"));
    role.keyids = BS_TRY(read_strings(*list, fields.path_of("keyids"), limits::kKeysPerRole, kLongestKeyId));
  }
  for (const std::string& id : role.keyids) {
    if (id.empty()) return fail(fields.wrong("keyids", "holds an empty key id"));
  }
  if (form == Form::tuf1) {
    const std::set<std::string_view> unique(role.keyids.begin(), role.keyids.end());
    if (unique.size() != role.keyids.size()) return fail(fields.wrong("keyids", "holds a key id twice"));
  }
  // No role can have more keys, so a larger threshold could never be met.
  role.threshold = BS_TRY(fields.integer("threshold", 1, static_cast<std::int64_t>(limits::kKeysPerRole)));
  return {};
}

Result<Hashes> read_hashes(Form form, const json::Value& map, std::string_view path) {
  if (!map.is_object()) return fail(wrong(path, "must be an object"));
  Hashes hashes;
  for (const json::Member& member : map.members()) {
    if (!member.value.is_string()) return fail(wrong(path, "holds a hash that is no string"));
    const std::string_view text = member.value.as_string();
    if (member.name == "sha256") {
      BS_TRY(read_hash(form, text, path, hashes.sha256));
    } else if (member.name == "sha512") {
      BS_TRY(read_hash(form, text, path, hashes.sha512));
    } else {
      hashes.others.emplace_back(member.name, text);
    }
  }
  std::sort(hashes.others.begin(), hashes.others.end());
  if (!hashes.any_known()) return fail(wrong(path, "holds neither sha256 nor sha512"));
  return hashes;
}

Result<std::vector<std::string>> read_strings(const json::Value& list, std::string_view path,
                                              std::size_t most, std::size_t longest) {
  if (!list.is_array()) return fail(wrong(path, "must be a list"));
  if (list.items().size() > most) return fail(too_many(path, most));
  std::vector<std::string> out;
  out.reserve(list.items().size());
  for (const json::Value& item : list.items()) {
    if (!item.is_string()) return fail(wrong(path, "holds something that is no string"));
    if (item.as_string().size() > longest) {
      return fail(ErrorCode::limit_exceeded,
                  std::string(path) + " holds a text longer than " + std::to_string(longest) + " bytes");
    }
    out.emplace_back(item.as_string());
  }
  return out;
}

Result<std::optional<Sha256>> read_optional_sha256(const json::Fields& fields, std::string_view name) {
  const auto text = BS_TRY(fields.optional_string(name));
  if (!text) return std::nullopt;
  std::optional<Sha256> hash;
  if (!is_lower_hex(*text) || !read_hash(Form::tuf1, *text, "", hash)) {
    return fail(fields.wrong(name, "must be 64 lower-case hex digits"));
  }
  return hash;
}

Result<void> read_common(Form form, const json::Fields& fields, const CommonOptions& options,
                         Common& common) {
  common.form = form;
  const auto type = BS_TRY(fields.string("_type"));
  if (type != wire_type(form, options.type)) {
    return fail(fields.wrong("_type", "is \"" + escape_untrusted(type, 32) + "\", not \"" +
                                          std::string(wire_type(form, options.type)) + "\""));
  }
  BS_TRY(read_spec_version(form, fields, common));
  common.version = BS_TRY(fields.integer("version", 1, limits::kMaxInteger));
  BS_TRY(read_expires(form, fields, options.lenient_dates, common));
  common.extras = BS_TRY(read_extras(form, fields.unknown()));
  if (form == Form::notary) return {};
  if (const auto gun = BS_TRY(fields.optional_string("x-boltseal-gun"))) common.gun = *gun;
  if (fields.find("x-boltseal-notary-version")) {
    common.notary_version = BS_TRY(fields.integer("x-boltseal-notary-version", 1, limits::kMaxInteger));
  }
  return {};
}

}  // namespace boltseal::tuf
