#include "client/environment.h"

#include <cstdlib>

#include "base/untrusted.h"
#include "http/client/docker_config.h"
#include "http/client/proxy.h"
#include "http/client/tls_files.h"
#include "registry/reference.h"
#include "transport/directory.h"
#include "transport/notary_http.h"

namespace boltseal::client {
namespace {

constexpr const char* kDockerHubServer = "https://notary.docker.io";
constexpr const char* kDockerCerts = "/etc/docker/certs.d";

std::string without_trailing_slashes(std::string url) {
  while (url.size() > 1 && url.ends_with('/')) url.pop_back();
  return url;
}

bool is_path(std::string_view location) { return location.starts_with('/'); }

http::ClientOptions client_options(const Settings& settings) {
  http::ClientOptions options;
  options.tls.ca_files = settings.ca_files;
  options.proxies =
      http::ProxyRules::from_environment([](const char* name) -> const char* { return std::getenv(name); });
  const std::vector<std::string> parents = {kDockerCerts, settings.docker_config_dir + "/tls"};
  options.tls_for_host = [parents](const http::Url& url) {
    return http::tls_files_of_host(parents, url.authority());
  };
  return options;
}

Result<std::unique_ptr<http::CredentialSource>> credential_source(const Settings& settings) {
  if (!settings.notary_auth.empty())
    return http::fixed_credentials(BS_TRY(http::parse_notary_auth(settings.notary_auth)));
  return http::docker_credentials(BS_TRY(http::DockerConfig::load(settings.docker_config_dir)));
}

}  // namespace

Environment::Environment(Settings settings, policy::Policy policy, const Clock& clock)
    : settings_(std::move(settings)),
      policy_(std::move(policy)),
      clock_(clock),
      prompter_(term::terminal_prompter(settings_.interactive)) {}

Result<std::unique_ptr<Environment>> Environment::create(Settings settings, const Clock& clock) {
  policy::Policy policy = BS_TRY(policy::load_policy(settings.system_policy, settings.user_policy));
  return std::unique_ptr<Environment>(new Environment(std::move(settings), std::move(policy), clock));
}

Error other_place(const Gun& gun, std::string_view known, std::string_view asked, std::string hint) {
  return Error(ErrorCode::pin_mismatch,
               "the trust data of " + gun.str() + " came from " + escape_untrusted(known, 4096) +
                   " so far, not from " + escape_untrusted(asked, 4096),
               std::move(hint));
}

Result<Network> Environment::make_network() const {
  Network network;
  network.credentials = BS_TRY(credential_source(settings_));
  network.client = http::make_curl_client(client_options(settings_));
  network.http = std::make_unique<http::AuthenticatedClient>(*network.client, *network.credentials, clock_);
  return network;
}

Result<http::AuthenticatedClient*> Environment::http() {
  if (!network_) network_ = BS_TRY(make_network());
  return network_->http.get();
}

Result<Location> Environment::locate(const Gun& gun, PinnedServer pinned_server) const {
  Location location{.gun = BS_TRY(policy_.source_of(gun))};
  location.pin = BS_TRY(policy_.pin_for(location.gun));
  if (location.pin && pinned_server == PinnedServer::replaced && !settings_.server.empty() &&
      !policy_.system_pins_server(location.gun))
    location.pin->server.clear();
  const std::string pinned = location.pin ? location.pin->server : std::string();
  const policy::Server* server = policy_.server_for(location.gun);
  if (server != nullptr) location.form = server->form;
  if (!settings_.server.empty()) {
    location.url = without_trailing_slashes(settings_.server);
    if (!pinned.empty() && pinned != location.url) {
      return fail(ErrorCode::pin_mismatch,
                  location.gun.str() + " is pinned to the server " + pinned + ", not to " +
                      escape_untrusted(location.url),
                  "leave --server out, or change the pin");
    }
  } else if (!pinned.empty()) {
    location.url = pinned;
  } else if (server != nullptr) {
    location.url = server->url;
  } else if (!settings_.server_variable.empty()) {
    location.url = without_trailing_slashes(settings_.server_variable);
  } else {
    const std::string host = registry::registry_host_of(location.gun);
    if (host.empty()) {
      return fail(
          ErrorCode::usage,
          "no trust server is known for " + location.gun.str() + ": its name does not begin with a host",
          "name the server with --server, DOCKER_CONTENT_TRUST_SERVER or in the policy file");
    }
    location.url = host == "docker.io" ? kDockerHubServer : "https://" + host;
  }
  location.by_policy = location.url == pinned || (server != nullptr && location.url == server->url);
  return location;
}

Result<std::unique_ptr<transport::Transport>> Environment::open_transport(const Location& location) {
  if (is_path(location.url)) return transport::directory(location.url, location.form);
  http::AuthenticatedClient& client = *BS_TRY(http());
  transport::HttpLocation where{.base_url = location.url, .gun = location.gun};
  return location.form == tuf::Form::tuf1 ? transport::tuf1_http(client, std::move(where), random())
                                          : transport::notary_http(client, std::move(where), random());
}

}  // namespace boltseal::client
