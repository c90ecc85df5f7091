#include "daemon/role_signer.h"

#include "policy/pattern.h"

namespace boltseal::daemon {
namespace {

http::ServerOptions http_options(const SignerConfig& config, bool log_requests) {
  http::ServerOptions options;
  options.access_log = log_requests ? log::Level::info : log::Level::debug;
  options.loops = 1;
  for (const ListenConfig& listener : config.listen) {
    options.listeners.push_back(
        {.address = listener.address,
         .tls = http::TlsFiles{.certificate = listener.tls_cert,
                               .key = listener.tls_key,
                               .client_ca = listener.client_ca,
                               .require_client_certificate = listener.require_client_certificate}});
  }
  return options;
}

Result<std::vector<signer::ClientRule>> client_rules(const SignerConfig& config) {
  std::vector<signer::ClientRule> rules;
  for (const SignerClient& client : config.clients) {
    signer::ClientRule rule{.subject = client.subject,
                            .refuse_rollback = config.foreign_rollback == ForeignRollback::refuse};
    for (const std::string& gun : client.guns) rule.guns.push_back(BS_TRY(policy::GunPattern::parse(gun)));
    rules.push_back(std::move(rule));
  }
  return rules;
}

http::Response text(int status, std::string body, std::string_view type) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", type}};
  response.body = std::move(body);
  return response;
}

}  // namespace

http::Handlers RoleSigner::operating_handlers() const {
  http::Handlers out;
  out.handle = [this](http::Request& request) {
    if (request.head().path == "/metrics")
      return text(200, metrics->text(), http::MetricsRegistry::kContentType);
    // Why it does not work stands in the log: this listener asks nobody who he is.
    const bool good = holder->check().has_value();
    return text(good ? 200 : 503, good ? "{}" : R"({"Trust operational":"the keys cannot be used"})",
                "application/json; charset=utf-8");
  };
  return out;
}

Result<RoleSigner> open_signer(const SignerConfig& config, const KeySurroundings& around, bool log_requests) {
  RoleSigner out;
  // Whose lower versions are refused is decided for each client, at the door.
  out.holder = BS_TRY(open_holder(config.keys, around, vault::LowerVersions::refuse));
  out.metrics = std::make_unique<http::MetricsRegistry>();
  out.metrics->add_process_metrics();
  out.door = std::make_unique<signer::SignerDoor>(
      signer::DoorOptions{.clients = BS_TRY(client_rules(config)),
                          .refuse_rollback = config.foreign_rollback == ForeignRollback::refuse},
      *out.holder, *out.metrics);
  out.http = std::make_unique<http::Server>(http_options(config, log_requests), out.door->handlers());
  return out;
}

}  // namespace boltseal::daemon
