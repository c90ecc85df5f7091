#include "server/auth/access.h"

#include <algorithm>

#include "base/untrusted.h"

namespace boltseal::server {
namespace {

using http::Method;

bool reads(Method method) { return method == Method::get || method == Method::head; }

Need catalog() { return {Need::Kind::access, kRegistry, kCatalog, kAll}; }
Need repository(const Route& route, Actions actions) {
  return {Need::Kind::access, kRepository, route.gun, actions};
}

Need need_of_repository(const Route& route, Method method) {
  if (method == Method::post) return repository(route, kPush | kPull);
  return method == Method::del ? repository(route, kAll) : catalog();
}

Need need_of_key(const Route& route, Method method) {
  if (method == Method::get) return repository(route, kPush | kPull);
  return method == Method::post ? repository(route, kAll) : catalog();
}

Actions action_of(std::string_view name) {
  if (name == "pull") return kPull;
  if (name == "push") return kPush;
  return name == "*" ? kAll : Actions{0};
}

bool fits(const Grant& grant, std::string_view name) {
  if (grant.every || !grant.pattern) return grant.every || grant.name == name;
  const auto gun = Gun::parse_lenient(name);
  return gun && grant.pattern->matches(*gun);
}

tl::unexpected<Error> bad_scope(std::string_view scope, std::string_view what) {
  return fail(ErrorCode::bad_config, "scope \"" + escape_untrusted(scope) + "\" " + std::string(what),
              "write it as repository:docker.io/team/**:pull,push or registry:catalog:*");
}

}  // namespace

Need need_of(const Route& route, Method method, bool guard_metrics) {
  switch (route.place) {
    case Place::ping:
      return reads(method) ? Need{Need::Kind::login, kRegistry, kCatalog, kAll} : catalog();
    case Place::repository:
      return need_of_repository(route, method);
    case Place::tuf1_repository:
      return method == Method::post ? repository(route, kPush | kPull) : catalog();
    case Place::key:
      return need_of_key(route, method);
    case Place::role:
    case Place::role_by_hash:
    case Place::role_by_version:
    case Place::changefeed:
    case Place::tuf1_metadata:
    case Place::tuf1_target:
      return reads(method) ? repository(route, kPull) : catalog();
    case Place::health:
    case Place::live:
    case Place::ready:
      return reads(method) ? Need{} : catalog();
    case Place::metrics:
      return reads(method) && !guard_metrics ? Need{} : catalog();
    case Place::global_changefeed:
    case Place::none:
      break;
  }
  return catalog();
}

Need pull_of(std::string_view gun) { return {Need::Kind::access, kRepository, gun, kPull}; }

Result<Grant> parse_grant(std::string_view scope) {
  const std::size_t first = scope.find(':');
  const std::size_t last = scope.rfind(':');
  if (first == std::string_view::npos || first == last) return bad_scope(scope, "has no two colons");
  Grant grant;
  grant.type = scope.substr(0, first);
  grant.name = scope.substr(first + 1, last - first - 1);
  if (grant.type.empty() || grant.name.empty()) return bad_scope(scope, "lacks a type or a name");
  grant.every = grant.type == kRepository && grant.name == "**";
  if (!grant.every && grant.name.find('*') != std::string::npos) {
    auto pattern = policy::GunPattern::parse(grant.name);
    if (!pattern || grant.type != kRepository) return bad_scope(scope, "has a * that is no pattern");
    grant.pattern = *pattern;
  }
  std::string_view rest = scope.substr(last + 1);
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const Actions action = action_of(rest.substr(0, comma));
    if (action == 0) return bad_scope(scope, "has an action other than pull, push and *");
    grant.actions = static_cast<Actions>(grant.actions | action);
    if (comma == rest.size()) return grant;
    rest.remove_prefix(comma + 1);
  }
}

Result<std::vector<Grant>> parse_grants(const std::vector<std::string>& scopes) {
  std::vector<Grant> grants;
  for (const std::string& scope : scopes) grants.push_back(BS_TRY(parse_grant(scope)));
  return grants;
}

std::string_view name_of(Source source) {
  switch (source) {
    case Source::anonymous:
      return "anonymous";
    case Source::token:
      return "token";
    case Source::basic:
      return "basic";
    case Source::certificate:
      return "certificate";
  }
  return "anonymous";
}

bool allows(const Identity& identity, const Need& need) {
  if (need.kind == Need::Kind::nothing) return true;
  if (need.kind == Need::Kind::login) return identity.source != Source::anonymous;
  Actions held = 0;
  for (const Grant& grant : identity.grants) {
    if (grant.type == need.type && fits(grant, need.name)) held = static_cast<Actions>(held | grant.actions);
  }
  return (held & kAll) != 0 || (held & need.actions) == need.actions;
}

std::vector<std::string_view> names_of(Actions actions) {
  std::vector<std::string_view> names;
  if ((actions & kPush) != 0) names.push_back("push");
  if ((actions & kPull) != 0) names.push_back("pull");
  if ((actions & kAll) != 0) names.push_back("*");
  return names;
}

std::string scope_of(const Need& need) {
  std::string scope = std::string(need.type) + ":" + std::string(need.name) + ":";
  char separator = '\0';
  for (const std::string_view name : names_of(need.actions)) {
    if (separator != '\0') scope += separator;
    scope += name;
    separator = ',';
  }
  return scope;
}

}  // namespace boltseal::server
