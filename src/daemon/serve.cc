#include "daemon/serve.h"

#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <ctime>

#include "base/log.h"
#include "daemon/composed.h"
#include "daemon/config_fields.h"
#include "daemon/config_words.h"
#include "daemon/metrics_listener.h"
#include "daemon/own_ca.h"
#include "daemon/role_server.h"
#include "http/server/server.h"

namespace boltseal::daemon {
namespace {

constexpr auto kGrace = std::chrono::seconds(10);

bool needs_own_certificate(const ServerConfig& config) {
  for (const ListenConfig& listener : config.listen) {
    if (!listener.plain && listener.tls_cert.empty()) return true;
  }
  return false;
}

std::vector<std::string> listener_hosts(const ServerConfig& config) {
  std::vector<std::string> hosts;
  for (const ListenConfig& listener : config.listen) {
    std::string host = host_of_listener(listener.address);
    if (!host.empty()) hosts.push_back(std::move(host));
  }
  return hosts;
}

http::ServerOptions http_options(const Config& all, const std::optional<OwnCertificate>& own) {
  const ServerConfig& config = *all.server;
  http::ServerOptions options;
  options.access_log = all.log_requests ? log::Level::info : log::Level::debug;
  options.limits.connections = static_cast<std::size_t>(config.connections);
  options.workers = static_cast<std::size_t>(config.workers);
  for (const ListenConfig& listener : config.listen) {
    http::ListenerOptions out;
    out.address = listener.address;
    if (!listener.plain) {
      const bool has_files = !listener.tls_cert.empty();
      out.tls = http::TlsFiles{.certificate = has_files ? listener.tls_cert : own->certificate_path,
                               .key = has_files ? listener.tls_key : own->key_path,
                               .client_ca = listener.client_ca,
                               .require_client_certificate = listener.require_client_certificate};
    }
    options.listeners.push_back(std::move(out));
  }
  return options;
}

/// Signals are taken by the main thread alone: blocked here, and so in all threads that start later.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

void announce(const std::vector<http::BoundAddress>& addresses, const std::optional<OwnCertificate>& own) {
  for (const http::BoundAddress& address : addresses) {
    fmt::print("listening on {}://{}\n", address.tls ? "https" : "http", address.address);
  }
  std::fflush(stdout);
  if (!own || !own->ca_is_new) return;
  std::string host = "HOST:PORT";
  for (const http::BoundAddress& address : addresses) {
    if (address.tls) host = address.address;
  }
  fmt::print(stderr,
             "boltseald made a certificate authority of its own. Clients must trust {}:\n"
             "  boltseal --ca-file {} ...\n"
             "  docker:  mkdir -p ~/.docker/tls/{} && cp {} ~/.docker/tls/{}/ca.crt\n",
             own->ca_path, own->ca_path, host, own->ca_path, host);
}

/// Everything that runs, in the order in which it ends.
struct Running {
  Config config;
  std::optional<Home> home;
  std::optional<OwnCertificate> own;
  std::unique_ptr<server::TrustServer> trust;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<http::Server> metrics;  ///< null without metrics.listen

  Result<void> renew_certificate() {
    if (!own || system_clock().now() < own->renew_at) return {};
    own = BS_TRY(make_own_certificate(home->state, home->keys, listener_hosts(*config.server),
                                      system_clock().now(), crypto::system_random()));
    BS_TRY(http->reload());
    log::info("certificate_renewed", {{"file", own->certificate_path}});
    return {};
  }

  void reload() {
    const auto reloaded = http->reload();
    if (!reloaded) return log::error("reload_failed", reloaded.error());
    log::info("tls_files_reloaded");
  }
};

Result<void> open_all(Running& running, const Places& places) {
  const ServerConfig& config = *running.config.server;
  const bool own = needs_own_certificate(config);
  if (own || config.storage.kind != StorageKind::memory) running.home = BS_TRY(open_home(places));
  auto parts = BS_TRY(open_parts(config, running.home));
  running.trust = std::make_unique<server::TrustServer>(server_options(config), std::move(parts));
  BS_TRY(running.trust->prepare());
  if (own) {
    running.own = BS_TRY(make_own_certificate(running.home->state, running.home->keys, listener_hosts(config),
                                              system_clock().now(), crypto::system_random()));
  }
  running.http =
      std::make_unique<http::Server>(http_options(running.config, running.own), running.trust->handlers());
  if (!running.config.metrics_listen.empty())
    running.metrics = make_metrics_listener(running.config.metrics_listen, running.trust->handlers());
  return {};
}

/// One level more or less, as notary's programs do; said at the level that is left.
void step_log_level(bool more) {
  constexpr log::Level kSteps[] = {log::Level::debug, log::Level::info, log::Level::warning,
                                   log::Level::error, log::Level::off};
  std::size_t now = 0;
  while (now + 1 < std::size(kSteps) && !log::enabled(kSteps[now])) ++now;
  if (more ? now == 0 : now + 1 == std::size(kSteps)) return;
  const log::Level next = kSteps[more ? now - 1 : now + 1];
  log::set_level(next);
  log::write(next, "log_level", {{"level", word_of(kLevels, next)}});
}

void wait_for_the_end(Running& running, const sigset_t& signals) {
  while (true) {
    const timespec hour{3600, 0};
    const int signal = ::sigtimedwait(&signals, nullptr, &hour);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) running.reload();
    if (signal == SIGUSR1 || signal == SIGUSR2) step_log_level(signal == SIGUSR1);
    const auto renewed = running.renew_certificate();
    if (!renewed) log::error("certificate_renewal_failed", renewed.error());
  }
}

}  // namespace

Result<void> serve(const LoadedConfig& loaded, const Places& places, const TakenVariables&) {
  const sigset_t signals = block_signals();
  BS_TRY(check_composed(loaded.config));
  for (const std::string& warning : loaded.warnings) log::warning("configuration", {{"text", warning}});
  log::set_level(loaded.config.log_level);
  Running running;
  running.config = loaded.config;
  BS_TRY(open_all(running, places));
  const auto addresses = BS_TRY(running.http->start());
  if (running.metrics) {
    for (const auto& address : BS_TRY(running.metrics->start()))
      log::info("metrics_listening", {{"address", address.address}});
  }
  running.trust->start();
  announce(addresses, running.own);
  wait_for_the_end(running, signals);
  log::info("stopping");
  if (running.metrics) running.metrics->stop();
  running.http->stop(std::chrono::duration_cast<std::chrono::milliseconds>(kGrace));
  running.trust->stop();
  return {};
}

}  // namespace boltseal::daemon
