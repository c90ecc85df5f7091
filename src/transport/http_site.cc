#include "transport/http_site.h"

#include <array>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "http/error_body.h"
#include "registry/reference.h"

namespace boltseal::transport {
namespace {

constexpr std::chrono::milliseconds kReadDeadline{120'000};
constexpr std::chrono::milliseconds kPublishDeadline{600'000};

/// File names of parts stand in quotes; Go escapes '\' and '"' there, and we have no other odd bytes.
std::string quoted(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

HttpSite::HttpSite(http::AuthenticatedClient& http, HttpLocation location, http::Url base)
    : http_(&http), location_(std::move(location)), base_(std::move(base)), base_text_(base_.str()) {
  while (base_text_.ends_with('/')) base_text_.pop_back();
}

Result<HttpSite> HttpSite::make(http::AuthenticatedClient& http, HttpLocation location) {
  auto base = http::Url::parse(location.base_url);
  if (!base)
    return fail(ErrorCode::bad_config, "address of the trust server: " + base.error().what(),
                "write it as https://HOST[:PORT]");
  if (!base->query().empty())
    return fail(ErrorCode::bad_config,
                "the address of the trust server has a query: " + escape_untrusted(location.base_url));
  if (!base->is_https() && !base->is_loopback() && !location.allow_plain_http) {
    return fail(ErrorCode::usage,
                "the trust server " + escape_untrusted(location.base_url) + " would be asked without TLS",
                "use an https:// address");
  }
  if (location.registry_host.empty()) location.registry_host = registry::registry_host_of(location.gun);
  if (location.registry_host.empty()) location.registry_host = base->authority();
  return HttpSite(http, std::move(location), std::move(*base));
}

http::Access HttpSite::access(std::string_view actions) const {
  return {location_.registry_host, {"repository:" + location_.gun.str() + ":" + std::string(actions)}, false};
}

Result<http::Request> HttpSite::request_for(const SiteQuestion& question) const {
  http::Request request(
      BS_TRY(base_.with_suffix("v2/" + location_.gun.url_path() + "/_trust/" + question.path)));
  request.method = question.method;
  request.body = question.body;
  request.body_limit = question.limit;
  request.allow_plain_http = location_.allow_plain_http;
  request.deadline = question.method == "GET" ? kReadDeadline : kPublishDeadline;
  if (!question.content_type.empty()) request.headers.push_back({"Content-Type", question.content_type});
  return request;
}

Result<http::Response> HttpSite::ask(const SiteQuestion& question) {
  return http_->send(BS_TRY(request_for(question)), access(question.actions));
}

std::vector<Result<http::Response>> HttpSite::ask_all(const std::vector<SiteQuestion>& questions) {
  std::vector<Result<http::Response>> answers;
  std::vector<http::Request> requests;
  for (const auto& question : questions) {
    auto request = request_for(question);
    if (!request) {  // a name that is no path fails all: it is a mistake of the caller, not of the server
      for (std::size_t i = 0; i < questions.size(); ++i) answers.push_back(fail(request.error()));
      return answers;
    }
    requests.push_back(std::move(*request));
  }
  if (requests.empty()) return answers;
  return http_->send_all(requests, access(questions.front().actions));
}

Error HttpSite::refusal(const http::Response& answer) const {
  const auto where = escape_untrusted(answer.url.str(), 512) + ": ";
  const auto status = std::to_string(answer.status);
  const auto said = "the server said: " + http::describe_refusal(answer.status, answer.body);
  if (answer.status == 401)
    return Error(ErrorCode::unauthorized,
                 where + "you are not authorized to perform this operation: server returned 401.",
                 "log in first: docker login " + escape_untrusted(location_.registry_host));
  const auto text = where + "unable to reach trust server at this time: " + status + ".";
  if (answer.status == 403) return Error(ErrorCode::forbidden, text, said);
  if (answer.status == 429) return Error(ErrorCode::too_many_requests, text, said);
  if (answer.status >= 500) return Error(ErrorCode::server_error, text, said);
  if (const auto* location = answer.find("Location");
      location != nullptr && answer.status >= 300 && answer.status < 400)
    return Error(ErrorCode::bad_response, text,
                 "redirects are not followed; the server points to " + escape_untrusted(*location));
  return Error(ErrorCode::bad_response, text, said);
}

Result<std::string> HttpSite::body_of(Result<http::Response> answer, const Error& absent) const {
  if (!answer) return fail(std::move(answer).error());
  if (answer->status == 200) return std::move(answer->body);
  if (answer->status == 404) return fail(absent);
  return fail(refusal(*answer));
}

std::string multipart_body(const std::vector<std::pair<std::string, std::string_view>>& files,
                           const std::string& boundary) {
  std::string out;
  std::size_t size = 256;
  for (const auto& [name, bytes] : files) size += bytes.size() + name.size() + 256;
  out.reserve(size);
  for (const auto& [name, bytes] : files) {
    if (!out.empty()) out += "\r\n";
    out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" +
           quoted(name) + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
    out += bytes;
  }
  out += "\r\n--" + boundary + "--\r\n";  // as Go, also when no part stands before it
  return out;
}

std::string make_boundary(crypto::Random& random) {
  std::array<std::uint8_t, 30> bytes{};
  random.fill(bytes);
  return hex_encode(bytes);
}

}  // namespace boltseal::transport
