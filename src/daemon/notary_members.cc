#include "daemon/notary_members.h"

#include <fmt/core.h>

#include <charconv>

#include "base/untrusted.h"

namespace boltseal::daemon {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Result<void> no_twins(const json::Value& object, const std::string& path) {
  std::set<std::string> names;
  for (const json::Member& member : object.members()) {
    const std::string here = path + lower(member.name);
    if (!names.insert(lower(member.name)).second) {
      return fail(ErrorCode::bad_config, escape_untrusted(here) + " is there twice, in different cases",
                  "delete one: notary would take either");
    }
    BS_TRY(no_twins(member.value, here + "."));
  }
  return {};
}

void collect_unknown(const json::Value& object, const std::string& path,
                     const std::set<std::string_view>& known, std::vector<std::string>& out) {
  for (const json::Member& member : object.members()) {
    const std::string name = path + std::string(member.name);
    const std::string folded = lower(name);
    if (known.contains(folded)) continue;
    const auto below = known.lower_bound(folded + ".");
    const bool leads_on = below != known.end() && below->starts_with(folded + ".");
    if (leads_on && member.value.is_object()) {
      collect_unknown(member.value, name + ".", known, out);
    } else {
      out.push_back(name);
    }
  }
}

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  std::vector<std::string> words;
  std::size_t begin = text.find_first_not_of(kBlanks);
  while (begin != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

/// As viper's cast: texts, numbers and truths are text; null is empty.
std::optional<std::string> as_text(const json::Value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_integer() || value.kind() == json::Kind::number) return std::string(value.as_number_text());
  if (value.kind() == json::Kind::boolean) return std::string(value.as_bool() ? "true" : "false");
  if (value.is_null()) return std::string();
  return std::nullopt;
}

}  // namespace

const json::Value* find_any_case(const json::Value& object, std::string_view name) {
  for (const json::Member& member : object.members()) {
    if (lower(member.name) == name) return &member.value;
  }
  return nullptr;
}

Result<NotaryMembers> NotaryMembers::of(const json::Value& root, std::string prefix,
                                        const Environment& environment) {
  if (!root.is_object()) return fail(ErrorCode::bad_config, "the configuration is no JSON object");
  BS_TRY(no_twins(root, ""));
  return NotaryMembers(root, std::move(prefix), environment);
}

std::string NotaryMembers::variable(std::string_view path) const {
  std::string name = prefix_;
  for (const char c : path) {
    name.push_back(c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return name;
}

std::optional<std::string> NotaryMembers::from_environment(std::string_view path) const {
  auto value = (*environment_)(variable(path));
  if (!value || value->empty()) return std::nullopt;  // as viper: an empty variable is none
  return value;
}

const json::Value* NotaryMembers::in_file(std::string_view path) const {
  const json::Value* value = root_;
  std::string_view rest = path;
  while (value != nullptr && !rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    value = value->is_object() ? find_any_case(*value, rest.substr(0, dot)) : nullptr;
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  if (value == nullptr) value = find_any_case(*root_, path);  // "server.http_addr" as one name
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> NotaryMembers::text(std::string_view path) const {
  auto variable_text = from_environment(path);
  if (variable_text) return std::move(*variable_text);
  const json::Value* value = in_file(path);
  if (value == nullptr) return std::string();
  auto text = as_text(*value);
  if (!text) return fail(ErrorCode::bad_config, fmt::format("{} must be a text", path));
  if (text->find('\0') != std::string::npos)
    return fail(ErrorCode::bad_config, fmt::format("{} holds a NUL", path));
  return std::move(*text);
}

Result<std::optional<std::int64_t>> NotaryMembers::number(std::string_view path,
                                                          std::int64_t no_number) const {
  if (!is_set(path)) return std::optional<std::int64_t>();
  const std::string digits = BS_TRY(text(path));
  std::int64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  return std::optional(read.ec == std::errc{} && read.ptr == end ? value : no_number);
}

Result<std::vector<std::string>> NotaryMembers::list(std::string_view path) const {
  const auto variable_text = from_environment(path);
  if (variable_text) return words_of(*variable_text);
  const json::Value* value = in_file(path);
  if (value == nullptr) return std::vector<std::string>();
  if (value->is_string()) return words_of(value->as_string());
  std::vector<std::string> out;
  for (const json::Value& item : value->items()) {
    auto item_text = as_text(item);
    if (!item_text) return fail(ErrorCode::bad_config, fmt::format("{} must hold texts", path));
    out.push_back(std::move(*item_text));
  }
  if (!value->is_array()) return fail(ErrorCode::bad_config, fmt::format("{} must be a list", path));
  return out;
}

std::vector<std::string> NotaryMembers::unknown(const std::set<std::string_view>& known) const {
  std::vector<std::string> out;
  collect_unknown(*root_, "", known, out);
  return out;
}

}  // namespace boltseal::daemon
