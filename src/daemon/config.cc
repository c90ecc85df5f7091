#include "daemon/config.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace boltseal::daemon {
namespace {

using json::Fields;

constexpr std::int64_t kMaxAge = 31'536'000;
constexpr std::array<std::pair<std::string_view, log::Level>, 5> kLevels = {{{"debug", log::Level::debug},
                                                                             {"info", log::Level::info},
                                                                             {"warning", log::Level::warning},
                                                                             {"error", log::Level::error},
                                                                             {"off", log::Level::off}}};
struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array<Unit, 4> kUnits = {{{'d', 86'400}, {'h', 3600}, {'m', 60}, {'s', 1}}};

Error wrong(const Fields& fields, std::string_view name, std::string_view problem) {
  return Error(ErrorCode::bad_config, fmt::format("{} {}", fields.path_of(name), problem));
}

/// Any problem of reading a member is one of the configuration.
template <typename T>
Result<T> member(Result<T> value) {
  if (value) return value;
  return fail(ErrorCode::bad_config, value.error().what(), value.error().hint());
}

/// An object with exactly these members, or the parent's absence of it.
Result<std::optional<Fields>> section(const Fields& parent, std::string_view name,
                                      std::initializer_list<std::string_view> known) {
  const json::Value* value = BS_TRY(member(parent.optional_object(name)));
  if (value == nullptr) return std::optional<Fields>();
  Fields fields = BS_TRY(member(Fields::of(*value, known, parent.path_of(name))));
  BS_TRY(member(fields.no_unknown()));
  return std::optional(std::move(fields));
}

Result<void> set_text(const Fields& fields, std::string_view name, std::string& out) {
  if (const auto value = BS_TRY(member(fields.optional_string(name)))) out = std::string(*value);
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
    return fail(wrong(fields, name, fmt::format("must be between {} and {}", low, high)));
  out = *value;
  return {};
}

Result<void> set_duration(const Fields& fields, std::string_view name, Duration& out) {
  const auto value = BS_TRY(member(fields.optional_string(name)));
  if (!value) return {};
  const auto duration = parse_duration(*value);
  if (!duration) return fail(wrong(fields, name, duration.error().what()));
  out = *duration;
  return {};
}

/// A file name, relative to the directory of the configuration.
Result<void> set_path(const Fields& fields, std::string_view name, const std::string& directory,
                      std::string& out) {
  BS_TRY(set_text(fields, name, out));
  if (!out.empty() && out.front() != '/' && !directory.empty()) out = directory + "/" + out;
  return {};
}

Result<ListenConfig> read_listener(const json::Value& value, const std::string& path,
                                   const std::string& directory) {
  const Fields fields = BS_TRY(member(Fields::of(value, {"address", "tls_cert", "tls_key", "plain"}, path)));
  BS_TRY(member(fields.no_unknown()));
  ListenConfig listener;
  listener.address = std::string(BS_TRY(member(fields.string("address"))));
  BS_TRY(set_path(fields, "tls_cert", directory, listener.tls_cert));
  BS_TRY(set_path(fields, "tls_key", directory, listener.tls_key));
  BS_TRY(set_flag(fields, "plain", listener.plain));
  if (listener.tls_cert.empty() != listener.tls_key.empty()) {
    return fail(wrong(fields, "tls_cert", "and tls_key belong together"));
  }
  if (listener.plain && !listener.tls_cert.empty()) {
    return fail(wrong(fields, "plain", "is without TLS: leave tls_cert and tls_key out"));
  }
  return listener;
}

Result<void> read_listeners(const Fields& server, const std::string& directory, ServerConfig& out) {
  const json::Value* list = BS_TRY(member(server.optional_array("listen")));
  if (list == nullptr) return {};
  if (list->items().empty()) return fail(wrong(server, "listen", "must name at least one address"));
  out.listen.clear();
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    out.listen.push_back(BS_TRY(
        read_listener(list->items()[i], fmt::format("{}[{}]", server.path_of("listen"), i), directory)));
  }
  return {};
}

Result<void> read_storage(const Fields& server, const std::string& directory, ServerConfig& out) {
  const auto fields = BS_TRY(section(server, "storage", {"kind", "path", "connections"}));
  if (!fields) return {};
  std::string kind = "sqlite";
  BS_TRY(set_text(*fields, "kind", kind));
  if (kind != "sqlite" && kind != "memory") return fail(wrong(*fields, "kind", "must be sqlite or memory"));
  out.storage.kind = kind == "memory" ? StorageKind::memory : StorageKind::sqlite;
  BS_TRY(set_path(*fields, "path", directory, out.storage.path));
  if (kind == "memory" && !out.storage.path.empty())
    return fail(wrong(*fields, "path", "has no use with memory"));
  return set_number(*fields, "connections", 1, 256, out.storage.connections);
}

Result<void> read_keys(const Fields& server, ServerConfig& out) {
  const auto fields = BS_TRY(section(server, "keys", {"algorithm"}));
  if (!fields) return {};
  std::string name = "ecdsa";
  BS_TRY(set_text(*fields, "algorithm", name));
  if (name != "ecdsa" && name != "ed25519")
    return fail(wrong(*fields, "algorithm", "must be ecdsa or ed25519"));
  out.key_algorithm = name == "ecdsa" ? crypto::KeyAlgorithm::ecdsa_p256 : crypto::KeyAlgorithm::ed25519;
  return {};
}

Result<void> read_lives(const Fields& server, ServerConfig& out) {
  if (const auto fields = BS_TRY(section(server, "lifetimes", {"snapshot", "timestamp"}))) {
    BS_TRY(set_duration(*fields, "snapshot", out.snapshot_lifetime));
    BS_TRY(set_duration(*fields, "timestamp", out.timestamp_lifetime));
  }
  if (const auto fields = BS_TRY(section(server, "renewal", {"at_percent"}))) {
    BS_TRY(set_number(*fields, "at_percent", 1, 99, out.renew_at_percent));
  }
  return {};
}

Result<void> read_caching(const Fields& server, ServerConfig& out) {
  const auto caching = BS_TRY(section(server, "caching", {"max_age"}));
  if (!caching) return {};
  const auto ages = BS_TRY(section(*caching, "max_age", {"current", "consistent"}));
  if (!ages) return {};
  BS_TRY(set_number(*ages, "current", 0, kMaxAge, out.max_age_current));
  return set_number(*ages, "consistent", 0, kMaxAge, out.max_age_consistent);
}

Result<void> read_repositories(const Fields& server, ServerConfig& out) {
  const auto fields = BS_TRY(section(server, "repositories", {"gun_prefixes", "any_name"}));
  if (!fields) return {};
  BS_TRY(set_flag(*fields, "any_name", out.any_gun_name));
  const json::Value* list = BS_TRY(member(fields->optional_array("gun_prefixes")));
  if (list == nullptr) return {};
  for (const auto prefix : BS_TRY(member(json::strings(list->items(), fields->path_of("gun_prefixes"))))) {
    const bool clean = prefix.ends_with('/') && prefix.size() > 1 &&
                       prefix.find("//") == std::string_view::npos && prefix.front() != '/' &&
                       prefix.find("/./") == std::string_view::npos &&
                       prefix.find("/../") == std::string_view::npos;
    if (!clean) {
      return fail(wrong(
          *fields, "gun_prefixes",
          fmt::format("holds the invalid GUN prefix \"{}\": it must end with /", escape_untrusted(prefix))));
    }
    out.gun_prefixes.emplace_back(prefix);
  }
  return {};
}

Result<void> read_limits(const Fields& server, ServerConfig& out) {
  if (const auto fields = BS_TRY(section(server, "changefeed", {"open"}))) {
    BS_TRY(set_flag(*fields, "open", out.open_changefeed));
  }
  const auto fields =
      BS_TRY(section(server, "limits", {"upload_bytes", "cache_bytes", "connections", "workers"}));
  if (!fields) return {};
  BS_TRY(set_number(*fields, "upload_bytes", 1 << 16, std::int64_t{1} << 30, out.upload_bytes));
  BS_TRY(set_number(*fields, "cache_bytes", 0, std::int64_t{1} << 40, out.cache_bytes));
  BS_TRY(set_number(*fields, "connections", 1, 1'000'000, out.connections));
  return set_number(*fields, "workers", 0, 1024, out.workers);
}

Result<void> read_server(const Fields& root, const std::string& directory, ServerConfig& out) {
  const auto server = BS_TRY(section(root, "server",
                                     {"listen", "storage", "keys", "lifetimes", "renewal", "caching",
                                      "repositories", "changefeed", "limits"}));
  if (!server) return {};
  BS_TRY(read_listeners(*server, directory, out));
  BS_TRY(read_storage(*server, directory, out));
  BS_TRY(read_keys(*server, out));
  BS_TRY(read_lives(*server, out));
  BS_TRY(read_caching(*server, out));
  BS_TRY(read_repositories(*server, out));
  return read_limits(*server, out);
}

Result<void> read_logging(const Fields& root, Config& out) {
  const auto fields = BS_TRY(section(root, "logging", {"level", "requests"}));
  if (!fields) return {};
  BS_TRY(set_flag(*fields, "requests", out.log_requests));
  const auto name = BS_TRY(member(fields->optional_string("level")));
  if (!name) return {};
  const auto found =
      std::find_if(kLevels.begin(), kLevels.end(), [&](const auto& level) { return level.first == *name; });
  if (found == kLevels.end())
    return fail(wrong(*fields, "level", "must be debug, info, warning, error or off"));
  out.log_level = found->second;
  return {};
}

}  // namespace

Result<Config> parse_config(std::string text, const std::string& directory) {
  const auto document = json::Document::parse(std::move(text), {.bytes = limits::kConfigBytes});
  if (!document) return fail(ErrorCode::bad_config, document.error().what(), document.error().hint());
  const Fields root = BS_TRY(member(Fields::of(document->root(), {"server", "logging"}, "")));
  BS_TRY(member(root.no_unknown()));
  Config config;
  BS_TRY(read_server(root, directory, config.server));
  BS_TRY(read_logging(root, config));
  return config;
}

Result<Config> read_config(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash);
  auto text = read_file(path, limits::kConfigBytes);
  if (!text) return fail(std::move(text).error().within("the configuration"));
  auto config = parse_config(std::move(*text), directory);
  if (!config) return fail(std::move(config).error().within(path));
  return config;
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t unit = 1;
  std::string_view digits = text;
  for (const Unit& known : kUnits) {
    if (!text.ends_with(known.letter)) continue;
    unit = known.seconds;
    digits.remove_suffix(1);
    break;
  }
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  constexpr std::int64_t kCentury = std::int64_t{100} * 365 * 86'400;
  if (problem != std::errc{} || end != digits.data() + digits.size() || count < 1 ||
      count > kCentury / unit) {
    return fail(ErrorCode::bad_config, "must be a duration such as 14d, 12h, 90m or 30s");
  }
  return Duration(std::chrono::seconds(count * unit));
}

std::string print_duration(Duration duration) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  for (const Unit& unit : kUnits) {
    if (seconds % unit.seconds == 0) return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
  }
  return fmt::format("{}s", seconds);
}

std::string print_config(const Config& config) {
  const ServerConfig& server = config.server;
  json::Writer w({.indent = "  "});
  w.begin_object().name("server").begin_object().name("listen").begin_array();
  for (const ListenConfig& listener : server.listen) {
    w.begin_object().member("address", listener.address);
    if (!listener.tls_cert.empty())
      w.member("tls_cert", listener.tls_cert).member("tls_key", listener.tls_key);
    if (listener.plain) w.member("plain", true);
    w.end_object();
  }
  w.end_array().name("storage").begin_object();
  w.member("kind", server.storage.kind == StorageKind::memory ? "memory" : "sqlite");
  if (!server.storage.path.empty()) w.member("path", server.storage.path);
  w.member("connections", server.storage.connections).end_object();
  w.name("keys").begin_object();
  w.member("algorithm", server.key_algorithm == crypto::KeyAlgorithm::ed25519 ? "ed25519" : "ecdsa")
      .end_object();
  w.name("lifetimes").begin_object().member("snapshot", print_duration(server.snapshot_lifetime));
  w.member("timestamp", print_duration(server.timestamp_lifetime)).end_object();
  w.name("renewal").begin_object().member("at_percent", server.renew_at_percent).end_object();
  w.name("caching").begin_object().name("max_age").begin_object().member("current", server.max_age_current);
  w.member("consistent", server.max_age_consistent).end_object().end_object();
  w.name("repositories").begin_object().name("gun_prefixes").begin_array();
  for (const std::string& prefix : server.gun_prefixes) w.string(prefix);
  w.end_array().member("any_name", server.any_gun_name).end_object();
  w.name("changefeed").begin_object().member("open", server.open_changefeed).end_object();
  w.name("limits")
      .begin_object()
      .member("upload_bytes", server.upload_bytes)
      .member("cache_bytes", server.cache_bytes);
  w.member("connections", server.connections).member("workers", server.workers).end_object().end_object();
  const auto level = std::find_if(kLevels.begin(), kLevels.end(),
                                  [&](const auto& known) { return known.second == config.log_level; });
  w.name("logging")
      .begin_object()
      .member("level", level->first)
      .member("requests", config.log_requests)
      .end_object()
      .end_object();
  return w.take();
}

}  // namespace boltseal::daemon
