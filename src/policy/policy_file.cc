// Reading policy files.
#include <cctype>

#include "base/encoding.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "json/fields.h"
#include "json/reader.h"
#include "policy/duration.h"
#include "policy/policy.h"

namespace boltseal::policy {
namespace {

using json::Fields;

constexpr std::int64_t kFormat = 1;

Result<GunPattern> read_pattern(const Fields& fields, std::string_view name) {
  return GunPattern::parse(BS_TRY(fields.string(name)));
}

// https, plain http on loopback, or an absolute path.
Result<std::string> read_url(std::string_view url) {
  const bool loopback = url.starts_with("http://127.") || url.starts_with("http://localhost") ||
                        url.starts_with("http://[::1]");
  if (url.starts_with("https://") || url.starts_with('/') || loopback) {
    while (url.size() > 1 && url.ends_with('/')) url.remove_suffix(1);
    return std::string(url);
  }
  return fail(ErrorCode::bad_config,
              "\"" + escape_untrusted(url) + "\" is no https:// URL and no absolute path");
}

Result<Server> read_server(const json::Value& value, std::string path) {
  const Fields fields = BS_TRY(Fields::of(value, {"gun", "url", "form"}, std::move(path)));
  BS_TRY(fields.no_unknown());
  Server server{.gun = BS_TRY(read_pattern(fields, "gun")),
                .url = BS_TRY(read_url(BS_TRY(fields.string("url"))))};
  const std::string_view form = BS_TRY(fields.optional_string("form")).value_or("notary");
  if (form != "notary" && form != "tuf1") return fail(fields.wrong("form", "is neither notary nor tuf1"));
  server.form = form == "tuf1" ? tuf::Form::tuf1 : tuf::Form::notary;
  return server;
}

// A CA bundle beside the policy file; the user who may write the policy names it, so links are followed.
Result<std::string> read_beside(const std::string& policy_path, std::string_view name) {
  std::string path(name);
  if (const std::size_t slash = policy_path.rfind('/');
      !path.starts_with('/') && slash != std::string::npos) {
    path = policy_path.substr(0, slash + 1) + path;
  }
  return read_file(path, limits::kConfigBytes);
}

Result<void> read_pin_root(const Fields& fields, const std::string& policy_path, tuf::RootPin& root) {
  if (const auto version = BS_TRY(fields.optional_integer("root_version"))) {
    root.version = BS_TRY(fields.integer("root_version", 1, limits::kMaxInteger));
  }
  if (const auto hex = BS_TRY(fields.optional_string("root_sha256"))) {
    auto digest = Digest::parse("sha256:" + std::string(*hex));
    if (!digest) return fail(fields.wrong("root_sha256", "is not 64 lower-case hex digits"));
    root.sha256 = digest->sha256();
  }
  if (const json::Value* keys = BS_TRY(fields.optional_array("keys"))) {
    for (const std::string_view key : BS_TRY(json::strings(keys->items(), fields.path_of("keys")))) {
      root.keys.push_back(BS_TRY(KeyId::parse(key)));
    }
    if (root.keys.empty()) return fail(fields.wrong("keys", "is empty: no root could ever pass"));
  }
  if (const auto file = BS_TRY(fields.optional_string("ca_file")))
    root.ca_bundle = BS_TRY(read_beside(policy_path, *file));
  if (BS_TRY(fields.optional_integer("minimal_root_version"))) {
    root.minimal_version = BS_TRY(fields.integer("minimal_root_version", 1, limits::kMaxInteger));
  }
  return {};
}

Result<Pin> read_pin(const json::Value& value, std::string path, const std::string& policy_path) {
  const Fields fields = BS_TRY(Fields::of(value,
                                          {"gun", "root_version", "root_sha256", "keys", "ca_file",
                                           "minimal_root_version", "wildcard_certificate", "server"},
                                          std::move(path)));
  BS_TRY(fields.no_unknown());
  Pin pin{.gun = BS_TRY(read_pattern(fields, "gun"))};
  BS_TRY(read_pin_root(fields, policy_path, pin.root));
  pin.wildcard_certificate = BS_TRY(fields.optional_boolean("wildcard_certificate")).value_or(false);
  if (const auto server = BS_TRY(fields.optional_string("server"))) pin.server = BS_TRY(read_url(*server));
  if (!pin.root.sha256 && pin.root.keys.empty() && !pin.root.ca_bundle && pin.root.minimal_version == 0) {
    return fail(ErrorCode::bad_config,
                fields.path() + " pins nothing: give root_sha256, keys, ca_file or minimal_root_version");
  }
  return pin;
}

Result<NameMap> read_name_map(const json::Value& value, std::string path) {
  const Fields fields = BS_TRY(Fields::of(value, {"name", "source"}, std::move(path)));
  BS_TRY(fields.no_unknown());
  NameMap map{.name = BS_TRY(read_pattern(fields, "name")),
              .source = std::string(BS_TRY(fields.string("source")))};
  const std::string& name = map.name.str();
  const auto tail_of = [](const std::string& text) -> std::string_view {
    if (text.ends_with("/**")) return "/**";
    if (text.ends_with("/*")) return "/*";
    return "";
  };
  const std::string_view tail = tail_of(name);
  if (tail != tail_of(map.source) || name.find('*') < name.size() - tail.size()) {
    return fail(fields.wrong("source", "must end in the same /* or /** as name, the only star of both"));
  }
  map.source.resize(map.source.size() - tail.size());
  if (!Gun::parse_lenient(map.source)) return fail(fields.wrong("source", "is no name"));
  return map;
}

template <typename T, typename Read>
Result<std::vector<T>> read_list(const Fields& fields, std::string_view name, Read read) {
  std::vector<T> out;
  const json::Value* list = BS_TRY(fields.optional_array(name));
  if (list == nullptr) return out;
  for (const json::Value& item : list->items()) out.push_back(BS_TRY(read(item, fields.path_of(name))));
  return out;
}

Result<void> read_freshness(const json::Value& value, std::string path, PolicyFile& out) {
  const Fields fields =
      BS_TRY(Fields::of(value, {"max_age", "max_remaining_life", "require_online"}, std::move(path)));
  BS_TRY(fields.no_unknown());
  if (const auto text = BS_TRY(fields.optional_string("max_age")))
    out.max_age = BS_TRY(parse_duration(*text));
  if (const auto text = BS_TRY(fields.optional_string("max_remaining_life")))
    out.max_remaining_life = BS_TRY(parse_duration(*text));
  out.require_online = BS_TRY(fields.optional_boolean("require_online"));
  return {};
}

Result<PolicyFile> read_policy(const json::Value& root, const std::string& path) {
  const Fields fields = BS_TRY(Fields::of(
      root, {"format", "servers", "pins", "names", "first_use", "freshness", "pinned_only"}, "policy"));
  BS_TRY(fields.no_unknown());
  BS_TRY(fields.integer("format", kFormat, kFormat));
  PolicyFile out;
  out.servers = BS_TRY(read_list<Server>(fields, "servers", read_server));
  out.pins = BS_TRY(read_list<Pin>(fields, "pins", [&](const json::Value& v, std::string where) {
    return read_pin(v, std::move(where), path);
  }));
  out.names = BS_TRY(read_list<NameMap>(fields, "names", read_name_map));
  if (const json::Value* list = BS_TRY(fields.optional_array("first_use"))) {
    out.first_use.emplace();
    for (const std::string_view text : BS_TRY(json::strings(list->items(), "policy.first_use"))) {
      out.first_use->push_back(BS_TRY(GunPattern::parse(text)));
    }
  }
  if (const json::Value* freshness = BS_TRY(fields.optional_object("freshness"))) {
    BS_TRY(read_freshness(*freshness, "policy.freshness", out));
  }
  out.pinned_only = BS_TRY(fields.optional_boolean("pinned_only"));
  return out;
}

Result<PolicyFile> load_file(const std::string& path) {
  if (path.empty()) return PolicyFile{};
  auto text = read_file(path, limits::kConfigBytes);
  if (!text) {
    if (text.error().code() == ErrorCode::not_found) return PolicyFile{};
    return tl::unexpected(std::move(text).error().within("policy"));
  }
  return parse_policy(std::move(*text), path);
}

}  // namespace

Result<PolicyFile> parse_policy(std::string text, const std::string& path) {
  const auto in_file = [&](Error error) {
    return fail(
        ErrorCode::bad_config, path + ": " + error.what(),
        error.hint().empty() ? "correct the file; its format is in docs/reference/policy.md" : error.hint());
  };
  auto document = json::Document::parse(std::move(text), {});
  if (!document) return in_file(std::move(document).error());
  auto policy = read_policy(document->root(), path);
  if (!policy) return in_file(std::move(policy).error());
  return policy;
}

Result<Policy> load_policy(const std::string& system_path, const std::string& user_path) {
  PolicyFile system = BS_TRY(load_file(system_path));
  PolicyFile user = BS_TRY(load_file(user_path));
  return Policy(std::move(system), std::move(user));
}

}  // namespace boltseal::policy
