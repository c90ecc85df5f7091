#include "server/routes/route.h"

#include <algorithm>
#include <charconv>

namespace boltseal::server {
namespace {

constexpr std::string_view kApi = "/v2/";
constexpr std::string_view kTrust = "/_trust/";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// root | targets(/segment)* | snapshot | timestamp, a segment having neither slash nor white space.
bool is_role_text(std::string_view text) {
  if (text == "root" || text == "targets" || text == "snapshot" || text == "timestamp") return true;
  constexpr std::string_view kTargets = "targets/";
  if (!text.starts_with(kTargets)) return false;
  std::size_t start = kTargets.size();
  while (true) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view segment = text.substr(start, end - start);
    if (segment.empty() || std::any_of(segment.begin(), segment.end(), is_space)) return false;
    if (end == text.size()) return true;
    start = end + 1;
  }
}

bool cut_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix) || text.size() == suffix.size()) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// "<digits>." in front: cut off and given.
std::optional<std::string_view> cut_version(std::string_view& text) {
  const std::size_t dot = text.find('.');
  if (dot == 0 || dot == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(0, dot);
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  text.remove_prefix(dot + 1);
  return digits;
}

std::optional<std::int64_t> number(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool set_version(Route& route, std::string_view& text) {
  const auto digits = cut_version(text);
  if (!digits) return false;
  route.version_text = *digits;
  route.version = number(*digits);
  return true;
}

/// "<role>.<hex>": the hex of one of three lengths.
bool set_hash(Route& route, std::string_view text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view hex = text.substr(dot + 1);
  const bool length = hex.size() == 64 || hex.size() == 96 || hex.size() == 128;
  if (!length || !std::all_of(hex.begin(), hex.end(), is_hex) || !is_role_text(text.substr(0, dot)))
    return false;
  route.role = text.substr(0, dot);
  route.hash = hex;
  return true;
}

/// What stands behind /_trust/tuf/.
void match_tuf(Route& route, std::string_view rest) {
  if (rest.empty()) {
    route.place = Place::repository;
    return;
  }
  if (rest == "snapshot.key" || rest == "timestamp.key") {
    route.place = Place::key;
    route.role = rest.substr(0, rest.size() - 4);
    return;
  }
  if (!cut_suffix(rest, ".json")) return;
  if (set_hash(route, rest)) {
    route.place = Place::role_by_hash;
    return;
  }
  std::string_view after_version = rest;
  if (set_version(route, after_version) && is_role_text(after_version)) {
    route.place = Place::role_by_version;
    route.role = after_version;
  } else if (is_role_text(rest)) {
    route.place = Place::role;
    route.role = rest;
  }
}

/// What stands behind /_trust/tuf1/. Role names come percent-decoded, so "targets%2Fa" and "targets/a" are
/// one.
void match_tuf1(Route& route, std::string_view rest) {
  constexpr std::string_view kMetadata = "metadata/";
  constexpr std::string_view kTargets = "targets/";
  if (rest.empty()) {
    route.place = Place::tuf1_repository;
  } else if (rest.starts_with(kTargets)) {
    route.place = Place::tuf1_target;
  } else if (rest.starts_with(kMetadata)) {
    rest.remove_prefix(kMetadata.size());
    if (!cut_suffix(rest, ".json")) return;
    set_version(route, rest);
    if (rest.empty()) return;
    route.place = Place::tuf1_metadata;
    route.role = rest;
  }
}

/// All below /v2/<gun>/_trust/.
void match_gun(Route& route, std::string_view rest) {
  constexpr std::string_view kTuf = "tuf/";
  constexpr std::string_view kTuf1 = "tuf1/";
  if (rest == "changefeed") {
    route.place = Place::changefeed;
  } else if (rest.starts_with(kTuf)) {
    match_tuf(route, rest.substr(kTuf.size()));
  } else if (rest.starts_with(kTuf1)) {
    match_tuf1(route, rest.substr(kTuf1.size()));
  }
}

}  // namespace

Route parse_route(std::string_view path) {
  Route route;
  if (path == kApi) {
    route.place = Place::ping;
  } else if (path == "/v2/_trust/changefeed") {
    route.place = Place::global_changefeed;
  } else if (path == "/_notary_server/health") {
    route.place = Place::health;
  } else if (path == "/livez") {
    route.place = Place::live;
  } else if (path == "/readyz") {
    route.place = Place::ready;
  } else if (path == "/metrics") {
    route.place = Place::metrics;
  } else if (path.starts_with(kApi)) {
    const std::size_t trust = path.rfind(kTrust);
    if (trust == std::string_view::npos || trust <= kApi.size()) return route;
    route.gun = path.substr(kApi.size(), trust - kApi.size());
    if (route.gun.find('*') != std::string_view::npos) return route;
    match_gun(route, path.substr(trust + kTrust.size()));
  }
  return route;
}

bool is_canonical(const Route& route) {
  return route.version_text.empty() ||
         (route.version && std::to_string(*route.version) == route.version_text);
}

}  // namespace boltseal::server
