#include <arpa/inet.h>
#include <fmt/core.h>

#include <charconv>

#include "base/limits.h"
#include "base/untrusted.h"
#include "daemon/config_file.h"
#include "daemon/config_parts.h"
#include "daemon/config_words.h"
#include "json/reader.h"

namespace boltseal::daemon {
namespace {

constexpr std::int64_t kMaxAge = 31'536'000;
constexpr std::int64_t kMostRequests = 1'000'000;

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
  BS_TRY(set_list(*fields, "gun_prefixes", out.gun_prefixes));
  for (const std::string& prefix : out.gun_prefixes) {
    const std::string problem = problem_of_prefix(prefix);
    if (!problem.empty()) return fail(wrong_member(*fields, "gun_prefixes", "holds the " + problem));
  }
  return {};
}

Result<void> read_rate(const Fields& limits, RateConfig& out) {
  const auto fields = BS_TRY(section(limits, "rate", {"requests_per_second", "burst"}));
  if (!fields) return {};
  BS_TRY(set_number(*fields, "requests_per_second", 0, kMostRequests, out.requests_per_second));
  BS_TRY(set_number(*fields, "burst", 0, kMostRequests, out.burst));
  if (out.burst > 0 && out.requests_per_second == 0)
    return fail(wrong_member(*fields, "burst", "has no use without requests_per_second"));
  return {};
}

bool is_network(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string host = text.substr(0, slash);
  unsigned char bytes[sizeof(in6_addr)];
  const bool v4 = ::inet_pton(AF_INET, host.c_str(), bytes) == 1;
  if (!v4 && ::inet_pton(AF_INET6, host.c_str(), bytes) != 1) return false;
  if (slash == std::string::npos) return true;
  unsigned bits = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + slash + 1, end, bits);
  return read.ec == std::errc{} && read.ptr == end && bits <= (v4 ? 32u : 128u);
}

Result<void> read_limits(const Fields& server, ServerConfig& out) {
  if (const auto fields = BS_TRY(section(server, "changefeed", {"open"}))) {
    BS_TRY(set_flag(*fields, "open", out.open_changefeed));
  }
  BS_TRY(set_list(server, "trusted_proxies", out.trusted_proxies));
  for (const std::string& proxy : out.trusted_proxies) {
    if (!is_network(proxy)) {
      return fail(wrong_member(
          server, "trusted_proxies",
          fmt::format("holds \"{}\": it must be an address or ADDRESS/BITS", escape_untrusted(proxy))));
    }
  }
  const auto fields =
      BS_TRY(section(server, "limits", {"upload_bytes", "cache_bytes", "connections", "workers", "rate"}));
  if (!fields) return {};
  BS_TRY(set_number(*fields, "upload_bytes", 1 << 16, std::int64_t{1} << 30, out.upload_bytes));
  BS_TRY(set_number(*fields, "cache_bytes", 0, std::int64_t{1} << 40, out.cache_bytes));
  BS_TRY(set_number(*fields, "connections", 1, 1'000'000, out.connections));
  BS_TRY(set_number(*fields, "workers", 0, 1024, out.workers));
  return read_rate(*fields, out.rate);
}

Result<void> read_shutdown(const Fields& server, ServerConfig& out) {
  const auto fields = BS_TRY(section(server, "shutdown", {"drain", "grace"}));
  if (!fields) return {};
  BS_TRY(set_duration(*fields, "drain", out.drain));
  return set_duration(*fields, "grace", out.grace);
}

Result<bool> read_server(const Fields& root, const std::string& directory, ServerConfig& out) {
  const auto server =
      BS_TRY(section(root, "server",
                     {"listen", "storage", "keys", "auth", "lifetimes", "renewal", "caching", "repositories",
                      "changefeed", "limits", "shutdown", "trusted_proxies"}));
  if (!server) return false;
  BS_TRY(read_listeners(*server, directory, false, out.listen));
  BS_TRY(read_storage(*server, directory, out.storage));
  if (out.storage.kind == StorageKind::memory) out.keys.place = KeyPlace::memory;
  BS_TRY(read_keys(*server, directory, false, out.keys));
  BS_TRY(read_auth(*server, directory, out.auth));
  BS_TRY(read_lives(*server, out));
  BS_TRY(read_caching(*server, out));
  BS_TRY(read_repositories(*server, out));
  BS_TRY(read_limits(*server, out));
  BS_TRY(read_shutdown(*server, out));
  return true;
}

Result<void> read_operation(const Fields& root, const std::string& directory, Config& out) {
  if (const auto fields = BS_TRY(section(root, "metrics", {"listen"}))) {
    BS_TRY(member(fields->string("listen")));
    BS_TRY(set_address(*fields, "listen", out.metrics_listen));
  }
  const auto fields = BS_TRY(section(root, "logging", {"level", "requests", "access_log"}));
  if (!fields) return {};
  BS_TRY(set_flag(*fields, "requests", out.log_requests));
  BS_TRY(set_path(*fields, "access_log", directory, out.access_log));
  return set_word(*fields, "level", kLevels, out.log_level);
}

}  // namespace

Result<Config> parse_config(std::string text, const std::string& directory) {
  const auto document = json::Document::parse(std::move(text), {.bytes = limits::kConfigBytes});
  if (!document) return fail(ErrorCode::bad_config, document.error().what(), document.error().hint());
  const Fields root =
      BS_TRY(member(Fields::of(document->root(), {"server", "signer", "logging", "metrics"}, "")));
  BS_TRY(member(root.no_unknown()));
  Config config;
  const bool has_server = BS_TRY(read_server(root, directory, *config.server));
  BS_TRY(read_signer(root, directory, config.signer));
  if (!has_server && config.signer) config.server.reset();
  if (config.server && config.server->keys.place == KeyPlace::signer && !config.signer)
    return fail(ErrorCode::bad_config,
                "server.keys.place is signer, and there is no signer in the configuration");
  BS_TRY(read_operation(root, directory, config));
  return config;
}

}  // namespace boltseal::daemon
