#include "json/fields.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::json {
namespace {

// Folds as Go's encoding/json does for ASCII names: letters, and the two characters outside ASCII that fold
// into it (U+017F long s, U+212A Kelvin sign). Returns the folded character and moves past it.
char next_folded(std::string_view& text) {
  if (text.starts_with("\xC5\xBF")) {
    text.remove_prefix(2);
    return 's';
  }
  if (text.starts_with("\xE2\x84\xAA")) {
    text.remove_prefix(3);
    return 'k';
  }
  const char c = text[0];
  text.remove_prefix(1);
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_folded(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (next_folded(a) != next_folded(b)) return false;
  }
  return a.empty() && b.empty();
}

std::string_view with_article(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return "an integer";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
    case Kind::string:
      return "a string";
    case Kind::boolean:
      return "true or false";
    default:
      return name_of(kind);
  }
}

Error error_at(std::string_view path, std::string_view problem) {
  return Error(ErrorCode::bad_format, fmt::format("{} {}", escape_untrusted(path), problem));
}

std::string wrong_kind(Kind wanted, Kind got) {
  return fmt::format("must be {}, not {}", with_article(wanted), name_of(got));
}

}  // namespace

Result<Fields> Fields::of(const Value& value, std::span<const std::string_view> known, std::string path) {
  if (!value.is_object()) {
    return fail(error_at(path.empty() ? "the document" : path, wrong_kind(Kind::object, value.kind())));
  }
  Fields out(value, std::move(path));
  for (const Member& member : value.members()) {
    const auto same = std::find_if(known.begin(), known.end(),
                                   [&](std::string_view name) { return equal_folded(name, member.name); });
    if (same == known.end()) {
      out.unknown_.push_back(&member);
    } else if (*same != member.name) {
      return fail(
          out.wrong(*same, "stands there in another letter case, as " + escape_untrusted(member.name)));
    }
  }
  return out;
}

std::string Fields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

Error Fields::wrong(std::string_view name, std::string_view problem) const {
  return error_at(path_of(name), problem);
}

Result<const Value*> Fields::required(std::string_view name, Kind kind) const {
  const Value* found = BS_TRY(optional(name, kind));
  if (found == nullptr) return fail(wrong(name, "is missing"));
  return found;
}

Result<const Value*> Fields::optional(std::string_view name, Kind kind) const {
  const Value* found = find(name);
  if (found != nullptr && found->kind() != kind) return fail(wrong(name, wrong_kind(kind, found->kind())));
  return found;
}

Result<std::string_view> Fields::string(std::string_view name) const {
  return BS_TRY(required(name, Kind::string))->as_string();
}
Result<std::int64_t> Fields::integer(std::string_view name) const {
  return BS_TRY(required(name, Kind::integer))->as_int();
}
Result<std::int64_t> Fields::integer(std::string_view name, std::int64_t low, std::int64_t high) const {
  const std::int64_t value = BS_TRY(integer(name));
  if (value < low) return fail(wrong(name, fmt::format("is {}, less than {}", value, low)));
  if (value > high) return fail(wrong(name, fmt::format("is {}, more than {}", value, high)));
  return value;
}
Result<bool> Fields::boolean(std::string_view name) const {
  return BS_TRY(required(name, Kind::boolean))->as_bool();
}
Result<const Value*> Fields::object(std::string_view name) const { return required(name, Kind::object); }
Result<std::span<const Value>> Fields::array(std::string_view name) const {
  return BS_TRY(required(name, Kind::array))->items();
}
Result<const Value*> Fields::any(std::string_view name) const {
  const Value* found = find(name);
  if (found == nullptr) return fail(wrong(name, "is missing"));
  return found;
}

Result<std::optional<std::string_view>> Fields::optional_string(std::string_view name) const {
  const Value* found = BS_TRY(optional(name, Kind::string));
  return found == nullptr ? std::nullopt : std::optional(found->as_string());
}
Result<std::optional<std::int64_t>> Fields::optional_integer(std::string_view name) const {
  const Value* found = BS_TRY(optional(name, Kind::integer));
  return found == nullptr ? std::nullopt : std::optional(found->as_int());
}
Result<std::optional<bool>> Fields::optional_boolean(std::string_view name) const {
  const Value* found = BS_TRY(optional(name, Kind::boolean));
  return found == nullptr ? std::nullopt : std::optional(found->as_bool());
}
Result<const Value*> Fields::optional_object(std::string_view name) const {
  return optional(name, Kind::object);
}
Result<const Value*> Fields::optional_array(std::string_view name) const {
  return optional(name, Kind::array);
}

Result<void> Fields::no_unknown() const {
  if (unknown_.empty()) return {};
  return fail(wrong(unknown_.front()->name, "is not known"));
}

Result<std::vector<std::string_view>> strings(std::span<const Value> items, std::string_view path) {
  std::vector<std::string_view> out;
  out.reserve(items.size());
  for (const Value& item : items) {
    if (!item.is_string()) {
      return fail(error_at(fmt::format("{}[{}]", path, out.size()), wrong_kind(Kind::string, item.kind())));
    }
    out.push_back(item.as_string());
  }
  return out;
}

}  // namespace boltseal::json
