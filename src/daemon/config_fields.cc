#include "daemon/config_fields.h"

#include <fmt/core.h>

#include <charconv>

#include "base/untrusted.h"
#include "daemon/config_file.h"

namespace boltseal::daemon {

Error wrong_member(const Fields& fields, std::string_view name, std::string_view problem) {
  return Error(ErrorCode::bad_config, fmt::format("{} {}", fields.path_of(name), problem));
}

Result<std::optional<Fields>> section(const Fields& parent, std::string_view name, Names known) {
  const json::Value* value = BS_TRY(member(parent.optional_object(name)));
  if (value == nullptr) return std::optional<Fields>();
  Fields fields = BS_TRY(member(Fields::of(*value, known, parent.path_of(name))));
  BS_TRY(member(fields.no_unknown()));
  return std::optional(std::move(fields));
}

Result<std::optional<std::vector<Fields>>> sections(const Fields& parent, std::string_view name,
                                                    Names known) {
  const json::Value* list = BS_TRY(member(parent.optional_array(name)));
  if (list == nullptr) return std::optional<std::vector<Fields>>();
  std::vector<Fields> out;
  for (const json::Value& item : list->items()) {
    const std::string path = fmt::format("{}[{}]", parent.path_of(name), out.size());
    out.push_back(BS_TRY(member(Fields::of(item, known, path))));
    BS_TRY(member(out.back().no_unknown()));
  }
  return std::optional(std::move(out));
}

Result<void> set_text(const Fields& fields, std::string_view name, std::string& out) {
  const auto value = BS_TRY(member(fields.optional_string(name)));
  if (!value) return {};
  if (value->find('\0') != std::string_view::npos) return fail(wrong_member(fields, name, "holds a NUL"));
  out = std::string(*value);
  return {};
}

Result<void> set_secret(const Fields& fields, std::string_view name, SecretText& out) {
  const auto value = BS_TRY(member(fields.optional_string(name)));
  if (!value) return {};
  if (value->find('\0') != std::string_view::npos) return fail(wrong_member(fields, name, "holds a NUL"));
  out = SecretText(*value);
  return {};
}

Result<void> set_flag(const Fields& fields, std::string_view name, bool& out) {
  if (const auto value = BS_TRY(member(fields.optional_boolean(name)))) out = *value;
  return {};
}

Result<void> set_number(const Fields& fields, std::string_view name, std::int64_t low, std::int64_t high,
                        std::int64_t& out) {
  const auto value = BS_TRY(member(fields.optional_integer(name)));
  if (!value) return {};
  if (*value < low || *value > high)
    return fail(wrong_member(fields, name, fmt::format("must be between {} and {}", low, high)));
  out = *value;
  return {};
}

Result<void> set_duration(const Fields& fields, std::string_view name, std::optional<Duration>& out) {
  const auto value = BS_TRY(member(fields.optional_string(name)));
  if (!value) return {};
  const auto duration = parse_duration(*value);
  if (!duration) return fail(wrong_member(fields, name, duration.error().what()));
  out = *duration;
  return {};
}

Result<void> set_duration(const Fields& fields, std::string_view name, Duration& out) {
  std::optional<Duration> duration;
  BS_TRY(set_duration(fields, name, duration));
  if (duration) out = *duration;
  return {};
}

Result<void> set_list(const Fields& fields, std::string_view name, std::vector<std::string>& out) {
  const json::Value* list = BS_TRY(member(fields.optional_array(name)));
  if (list == nullptr) return {};
  out.clear();
  for (const auto item : BS_TRY(member(json::strings(list->items(), fields.path_of(name)))))
    out.emplace_back(item);
  return {};
}

Result<void> set_path(const Fields& fields, std::string_view name, const std::string& directory,
                      std::string& out) {
  BS_TRY(set_text(fields, name, out));
  out = below(directory, std::move(out));
  return {};
}

Result<void> set_address(const Fields& fields, std::string_view name, std::string& out) {
  BS_TRY(set_text(fields, name, out));
  const std::string problem = problem_of_address(out);
  if (!problem.empty()) return fail(wrong_member(fields, name, problem));
  return {};
}

std::string list_of_words(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

Result<void> only_without(const Fields& fields, Names names, std::string_view what) {
  for (const std::string_view name : names) {
    if (fields.find(name) != nullptr)
      return fail(wrong_member(fields, name, fmt::format("has no use with {}", what)));
  }
  return {};
}

std::string below(const std::string& directory, std::string path) {
  if (path.empty() || path.front() == '/' || directory.empty()) return path;
  while (path.starts_with("./") && path.size() > 2 && path[2] != '/') path.erase(0, 2);
  return directory + (directory.back() == '/' ? "" : "/") + path;
}

std::string problem_of_address(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == address.size())
    return "must be ADDRESS:PORT: it has no port";
  const std::string_view port = address.substr(colon + 1);
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (problem != std::errc{} || end != port.data() + port.size() || number > 65'535)
    return "must be ADDRESS:PORT: its port is no number up to 65535";
  const std::string_view host = address.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find_first_of("[]:/ ") != std::string_view::npos)
    return "must be ADDRESS:PORT, with an IPv6 address in brackets";
  return {};
}

std::string problem_of_prefix(std::string_view prefix) {
  const bool clean =
      prefix.ends_with('/') && prefix.size() > 1 && prefix.find("//") == std::string_view::npos &&
      prefix.front() != '/' && !prefix.starts_with("./") && !prefix.starts_with("../") &&
      prefix.find("/./") == std::string_view::npos && prefix.find("/../") == std::string_view::npos;
  if (clean) return {};
  return fmt::format("invalid GUN prefix \"{}\": it must be a clean path that ends with /",
                     escape_untrusted(prefix));
}

}  // namespace boltseal::daemon
