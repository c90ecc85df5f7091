#include "server/auth/challenge.h"

#include <algorithm>

#include "http/auth_challenge.h"
#include "http/server/request.h"
#include "json/writer.h"

namespace boltseal::server {
namespace {

constexpr json::WriterOptions kAsGo{.indent = {}, .html_escape = true, .display_safe = false};

/// [{"Type":"repository","Class":"","Name":"a","Action":"push"},...]
std::string detail_of(const Need& need) {
  json::Writer writer(kAsGo);
  writer.begin_array();
  for (const std::string_view action : names_of(need.actions)) {
    writer.begin_object().member("Type", need.type).member("Class", "").member("Name", need.name);
    writer.member("Action", action).end_object();
  }
  writer.end_array();
  return writer.take();
}

/// "host", "host:port", "[::1]:port": the host; empty for anything else, so that nothing odd gets into a URL.
std::string_view host_name(std::string_view host) {
  std::size_t end = host.rfind(':');
  if (host.starts_with('[')) {
    const std::size_t bracket = host.find(']');
    if (bracket == std::string_view::npos) return {};
    end = bracket + 1 == host.size() ? std::string_view::npos : bracket + 1;
  }
  const std::string_view name = host.substr(0, end);
  if (end == std::string_view::npos) return name;
  const std::string_view port = host.substr(end + 1);
  const bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return host[end] == ':' && digits && !port.empty() && port.size() <= 5 ? name : std::string_view();
}

}  // namespace

std::string realm_for(const TokenAuthOptions& options, std::string_view host) {
  if (!options.autoredirect) return options.realm;
  const std::string_view name = host_name(host);
  const bool listed =
      !name.empty() &&
      std::any_of(options.redirect_hosts.begin(), options.redirect_hosts.end(),
                  [&](const std::string& allowed) { return http::equal_ignoring_case(allowed, name); });
  return listed ? "https://" + std::string(host) + "/auth/token" : options.realm;
}

ApiError login_needed(const AuthOptions& options, const Need& need, std::string_view host,
                      Complaint complaint) {
  if (!options.token && !options.basic) return not_allowed(need);
  ApiError error(401, "UNAUTHORIZED", "authentication required", detail_of(need));
  if (options.token) {
    std::vector<std::pair<std::string, std::string>> parameters = {{"realm", realm_for(*options.token, host)},
                                                                   {"service", options.token->service}};
    if (!need.type.empty()) parameters.emplace_back("scope", scope_of(need));
    if (complaint == Complaint::invalid_token) parameters.emplace_back("error", "invalid_token");
    if (complaint == Complaint::insufficient_scope) parameters.emplace_back("error", "insufficient_scope");
    error.headers.emplace_back("WWW-Authenticate", http::write_challenge("Bearer", parameters));
  }
  if (options.basic) {
    error.headers.emplace_back("WWW-Authenticate",
                               http::write_challenge("Basic", {{"realm", options.basic->realm}}));
  }
  return error;
}

ApiError not_allowed(const Need& need) {
  return {403, "DENIED", "requested access to the resource is denied", detail_of(need)};
}

ApiError too_many_requests(std::int64_t seconds) {
  ApiError error(429, "TOOMANYREQUESTS", "too many requests");
  error.headers.emplace_back("Retry-After", std::to_string(seconds));
  return error;
}

}  // namespace boltseal::server
