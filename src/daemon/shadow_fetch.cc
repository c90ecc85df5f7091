#include "daemon/shadow_fetch.h"

#include "base/limits.h"
#include "base/untrusted.h"
#include "http/client/client.h"

namespace boltseal::daemon {
namespace {

constexpr auto kDeadline = std::chrono::seconds(30);

std::string value_of(const http::Response& response, std::string_view name) {
  const std::string* value = response.find(name);
  return value == nullptr ? std::string() : *value;
}

}  // namespace

Result<std::function<Result<server::ShadowAnswer>(const server::ShadowRequest&)>> make_shadow_fetch(
    const std::string& url, const std::string& ca_file) {
  const auto base = http::Url::parse(url);
  if (!base || base->path() != "/" || !base->query().empty()) {
    return fail(ErrorCode::usage, "--beside " + escape_untrusted(url) + " is no URL of a server",
                "write https://HOST:PORT, or http:// for one without TLS");
  }
  http::ClientOptions options;
  options.user_agent = "boltseald-shadow";
  if (!ca_file.empty()) options.tls.ca_files = {ca_file};
  std::shared_ptr<http::Client> client = http::make_curl_client(std::move(options));
  return
      [client, origin = base->origin()](const server::ShadowRequest& asked) -> Result<server::ShadowAnswer> {
        http::Request request(BS_TRY(http::Url::parse(origin + asked.target)));
        if (asked.is_head) request.method = "HEAD";
        request.authorization = asked.authorization;
        request.body_limit = limits::kNotaryMetadataBytes;
        request.deadline = kDeadline;
        request.allow_plain_http = true;
        const http::Response response = BS_TRY(client->send(request));
        return server::ShadowAnswer{response.status, response.body, value_of(response, "Content-Type"),
                                    value_of(response, "Cache-Control")};
      };
}

}  // namespace boltseal::daemon
