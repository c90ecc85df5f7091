#include "server/routes/reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/log.h"
#include "http/server/conditional.h"
#include "tuf/codec.h"

namespace boltseal::server {
namespace {

Form form_of(const Route& route) { return route.place == Place::tuf1_metadata ? Form::tuf1 : Form::notary; }

bool is_consistent(const Route& route) { return !route.hash.empty() || !route.version_text.empty(); }

/// An expired timestamp or snapshot is renewed before it is served; the cache must ask again in time.
bool is_online(const RoleName& role) { return role == RoleName::timestamp() || role == RoleName::snapshot(); }

std::optional<Sha256> parse_sha256(std::string_view hex) {
  // Only SHA-256 is stored, and only its lower-case spelling is a name.
  if (hex.size() != 64 || !is_lower_hex(hex)) return std::nullopt;
  const auto bytes = hex_decode(hex);
  Sha256 hash{};
  if (!bytes) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

template <typename Parsed>
std::optional<Time> expiry_of(const Parsed& parsed) {
  if (!parsed) return std::nullopt;
  return (*parsed)->expires;
}

}  // namespace

ApiResult<http::ReadyResponsePtr> Reader::read(const Route& route, const Gun& gun, std::string_view file) {
  if (!strict_) return make(route, gun, std::string(file));
  // What was made from another state has another name, and goes when room is needed.
  const std::string tag = BS_TRY(storage_.state_tag(gun));
  if (tag.empty()) return make(route, gun, {});  // nothing that could be told from what comes next
  const std::string key = fmt::format("{}@{}", file, tag);
  if (auto kept = cache_.find(gun.str(), key)) return kept;
  return make(route, gun, key);
}

/// Reads, and keeps the answer under `key` unless that is empty.
ApiResult<http::ReadyResponsePtr> Reader::make(const Route& route, const Gun& gun, const std::string& key) {
  const auto role = tuf::parse_role(form_of(route), route.role);
  if (!role) return tl::unexpected(api::not_found());
  const bool online = !is_consistent(route) && is_online(*role);
  if (online) renew_if_expired(gun);
  const std::uint64_t generation = cache_.generation(gun.str());
  const auto found = BS_TRY(find(route, gun));
  if (!found) return tl::unexpected(api::not_found());
  auto response = BS_TRY(answer(*found, is_consistent(route)));
  if (is_canonical(route) && !key.empty()) {
    const auto until = online ? valid_until(gun, form_of(route)) : std::nullopt;
    cache_.put(gun.str(), key, response, generation, until);
  }
  return response;
}

ApiResult<std::optional<StoredFile>> Reader::find(const Route& route, const Gun& gun) const {
  const Form form = form_of(route);
  const auto role = tuf::parse_role(form, route.role);
  if (!role) return std::nullopt;
  if (!route.hash.empty()) {
    const auto hash = parse_sha256(route.hash);
    if (!hash) return std::nullopt;
    return BS_TRY(storage_.by_hash(gun, form, *role, *hash));
  }
  if (!route.version_text.empty()) {
    if (!route.version) return std::nullopt;
    return BS_TRY(storage_.by_version(gun, form, *role, *route.version));
  }
  return BS_TRY(storage_.current(gun, form, *role));
}

/// What cannot be renewed (a client's snapshot, a missing key) is served as it is: readers then see an
/// expired file and say so, instead of a server that looks down.
void Reader::renew_if_expired(const Gun& gun) {
  const auto renewed = renewal_.renew_expired(gun);
  if (!renewed) log::error("served_expired", renewed.error());
}

/// When the first of the two online files expires.
std::optional<Time> Reader::valid_until(const Gun& gun, Form form) const {
  std::optional<Time> until;
  for (const RoleName& name : {RoleName::timestamp(), RoleName::snapshot()}) {
    const auto file = storage_.current(gun, form, name);
    if (!file || !*file) continue;
    const auto expires = name == RoleName::timestamp() ? expiry_of(tuf::parse_timestamp(form, (*file)->bytes))
                                                       : expiry_of(tuf::parse_snapshot(form, (*file)->bytes));
    if (expires && (!until || *expires < *until)) until = expires;
  }
  return until;
}

ApiResult<http::ReadyResponsePtr> Reader::answer(const StoredFile& file, bool consistent) const {
  http::HeaderList headers{{"Content-Type", "text/plain; charset=utf-8"}};
  const std::int64_t age = consistent ? control_.consistent : control_.current;
  if (control_.is_private) {
    headers.add("Cache-Control", "private, no-store");
  } else if (age == 0) {
    headers.add("Cache-Control", "max-age=0, no-cache, no-store");
    headers.add("Pragma", "no-cache");
  } else {
    headers.add("Cache-Control", fmt::format("public, max-age={0}, s-maxage={0}{1}", age,
                                             consistent ? "" : ", must-revalidate"));
  }
  headers.add("Last-Modified", format_http_date(file.created));
  return BS_TRY(
      http::ReadyResponse::make(200, std::move(headers), file.bytes, http::etag_of_sha256(file.sha256)));
}

void Reader::warm(const Gun& gun) {
  if (strict_) return;
  const std::uint64_t generation = cache_.generation(gun.str());
  const auto stored = storage_.current(gun, Form::notary, RoleName::timestamp());
  if (!stored || !*stored) return;
  const auto response = answer(**stored, false);
  if (!response) return;
  cache_.put(gun.str(), "tuf/timestamp.json", *response, generation, valid_until(gun, Form::notary));
}

}  // namespace boltseal::server
