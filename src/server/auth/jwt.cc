#include "server/auth/jwt.h"

#include <array>

#include "base/encoding.h"
#include "json/fields.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kMaxCertificates = 10;
constexpr std::size_t kMaxAccess = 1024;
constexpr std::size_t kMaxText = 4096;

tl::unexpected<Error> bad_token(std::string what) {
  return fail(ErrorCode::bad_format, "token: " + std::move(what));
}

Result<json::Document> read_part(std::string_view encoded, const char* what) {
  auto bytes = base64url_decode(encoded);
  if (!bytes) return bad_token(std::string(what) + " is no base64url");
  json::ReadLimits limits;
  limits.bytes = kMaxToken;
  limits.depth = 16;
  limits.nodes = 16'384;
  limits.real_numbers = true;  // claims that are not ours
  auto document = json::Document::parse(std::string(as_text(*bytes)), limits);
  if (!document || !document->root().is_object()) return bad_token(std::string(what) + " is no JSON object");
  return document;
}

Result<void> read_chain(const json::Fields& fields, Jwt& jwt) {
  const json::Value* chain = BS_TRY(fields.optional_array("x5c"));
  if (chain == nullptr) return {};
  if (chain->items().empty() || chain->items().size() > kMaxCertificates)
    return bad_token("x5c holds no or too many certificates");
  for (const json::Value& item : chain->items()) {
    // Certificates are in standard base64, as RFC 7515 has it.
    auto der = base64_decode(item.as_string());
    if (!item.is_string() || !der || der->empty()) return bad_token("x5c holds no base64");
    jwt.x5c.push_back(std::move(*der));
  }
  return {};
}

Result<void> read_header(Jwt& jwt) {
  const auto fields =
      json::Fields::of(jwt.header->root(), {"alg", "kid", "x5c", "jwk", "crit", "typ"}, "token header");
  if (!fields) return bad_token("the header has members with odd names");
  const auto name = fields->string("alg");
  const auto algorithm = name ? crypto::parse_jws_algorithm(*name) : std::nullopt;
  if (!algorithm) return bad_token("the algorithm is none of those that are allowed");
  jwt.algorithm = *algorithm;
  // Extensions that must be understood: there is none that we do.
  if (fields->find("crit") != nullptr) return bad_token("it asks for an extension");
  jwt.key_id = BS_TRY(fields->optional_string("kid")).value_or("");
  if (jwt.key_id.size() > kMaxText) return bad_token("kid is too long");
  jwt.jwk = BS_TRY(fields->optional_object("jwk"));
  return read_chain(*fields, jwt);
}

Result<void> read_audience(const json::Value* audience, Jwt& jwt) {
  if (audience == nullptr) return bad_token("there is no audience");
  if (audience->is_string()) {
    jwt.audience.emplace_back(audience->as_string());
    return {};
  }
  if (!audience->is_array() || audience->items().size() > kMaxAccess)
    return bad_token("the audience is neither text nor a list");
  for (const json::Value& item : audience->items()) {
    if (!item.is_string()) return bad_token("the audience holds what is no text");
    jwt.audience.emplace_back(item.as_string());
  }
  return {};
}

Result<Actions> read_actions(const json::Value* list) {
  unsigned actions = 0;
  if (list == nullptr || list->is_null()) return Actions{0};
  if (!list->is_array()) return bad_token("actions are no list");
  for (const json::Value& item : list->items()) {
    if (!item.is_string()) return bad_token("an action is no text");
    const std::string_view name = item.as_string();
    if (name == "pull") actions |= kPull;
    if (name == "push") actions |= kPush;
    if (name == "*") actions |= kAll;
  }
  return static_cast<Actions>(actions);
}

Result<void> read_access(const json::Value* access, Jwt& jwt) {
  if (access == nullptr || access->is_null()) return {};
  if (!access->is_array() || access->items().size() > kMaxAccess)
    return bad_token("access is no list, or too long");
  for (const json::Value& item : access->items()) {
    const auto fields = BS_TRY(json::Fields::of(item, {"type", "class", "name", "actions"}, "access"));
    Grant grant;
    grant.type = BS_TRY(fields.string("type"));
    grant.name = BS_TRY(fields.string("name"));
    grant.actions = BS_TRY(read_actions(fields.find("actions")));
    jwt.grants.push_back(std::move(grant));
  }
  return {};
}

Result<void> read_claims(const json::Value& claims, Jwt& jwt) {
  const auto fields =
      json::Fields::of(claims, {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "access"}, "token");
  if (!fields) return bad_token("the claims have members with odd names");
  jwt.issuer = BS_TRY(fields->string("iss"));
  jwt.subject = BS_TRY(fields->optional_string("sub")).value_or("");
  if (jwt.subject.size() > kMaxText) return bad_token("the subject is too long");
  jwt.expires = BS_TRY(fields->integer("exp"));
  jwt.not_before = BS_TRY(fields->optional_integer("nbf")).value_or(0);
  BS_TRY(read_audience(fields->find("aud"), jwt));
  return read_access(fields->find("access"), jwt);
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view text) {
  if (text.size() > kMaxToken) return fail(ErrorCode::limit_exceeded, "token: it is too large");
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return bad_token("it has no three parts");
  Jwt jwt;
  jwt.signed_part = text.substr(0, second);
  auto signature = base64url_decode(text.substr(second + 1));
  if (!signature || signature->empty()) return bad_token("there is no signature");
  jwt.signature = std::move(*signature);
  jwt.header = BS_TRY(read_part(text.substr(0, first), "the header"));
  BS_TRY(read_header(jwt));
  const json::Document claims = BS_TRY(read_part(text.substr(first + 1, second - first - 1), "the payload"));
  BS_TRY(read_claims(claims.root(), jwt));
  return jwt;
}

}  // namespace boltseal::server
