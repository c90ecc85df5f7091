#include "daemon/serve.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>

#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/certificate_names.h"
#include "daemon/config_fields.h"
#include "daemon/config_words.h"
#include "daemon/metrics_listener.h"
#include "daemon/own_ca.h"
#include "daemon/role_server.h"
#include "daemon/role_signer.h"
#include "daemon/service_manager.h"
#include "http/server/server.h"

namespace boltseal::daemon {
namespace {

constexpr std::string_view kMetricsSocket = "metrics";

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

/// What clients may call this server by: the names in its certificates.
Result<std::vector<std::string>> host_names(const ServerConfig& config,
                                            const std::optional<OwnCertificate>& own) {
  std::vector<std::string> names;
  for (const ListenConfig& listener : config.listen) {
    if (listener.plain) continue;
    const std::string& file = listener.tls_cert.empty() ? own->certificate_path : listener.tls_cert;
    const auto chain = BS_TRY(crypto::parse_certificates(BS_TRY(read_file(file, limits::kConfigBytes))));
    if (chain.empty()) continue;
    auto more = BS_TRY(crypto::alternative_names(chain.front())).dns;
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
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

/// Sockets that the service manager holds take the place of the listeners' addresses, in their order; one
/// named "metrics" is that of metrics.listen.
Result<void> hand_over(const std::vector<InheritedSocket>& sockets, http::ServerOptions& options) {
  std::size_t next = 0;
  for (const InheritedSocket& socket : sockets) {
    if (socket.name == kMetricsSocket) continue;
    if (next == options.listeners.size()) {
      return fail(ErrorCode::bad_config,
                  fmt::format("the service manager hands over more sockets than the {} listeners of the "
                              "configuration",
                              next),
                  "give server.listen one entry for each ListenStream= of the socket unit");
    }
    options.listeners[next++].inherited_fd = socket.fd;
  }
  return {};
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

int socket_named(const std::vector<InheritedSocket>& sockets, std::string_view name) {
  for (const InheritedSocket& socket : sockets) {
    if (socket.name == name) return socket.fd;
  }
  return -1;
}

/// Everything that runs. Destroyed from the end: who uses others stands behind them.
struct Running {
  Config config;
  TakenVariables variables;
  std::optional<Home> home;
  std::optional<OwnCertificate> own;
  std::optional<RoleSigner> signer;
  std::unique_ptr<server::TrustServer> trust;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<http::Server> metrics;  ///< null without metrics.listen
  ServiceManager manager;

  Result<void> renew_certificate() {
    if (!own || system_clock().now() < own->renew_at) return {};
    own = BS_TRY(make_own_certificate(home->state, home->keys, listener_hosts(*config.server),
                                      system_clock().now(), crypto::system_random()));
    BS_TRY(http->reload());
    log::info("certificate_renewed", {{"file", own->certificate_path}});
    return {};
  }

  Result<void> reload_files() {
    if (http) BS_TRY(http->reload());
    if (signer) BS_TRY(signer->http->reload());
    if (trust) BS_TRY(trust->reload());
    return {};
  }

  void reload() {
    manager.reloading();
    const auto reloaded = reload_files();
    manager.ready("serving");
    if (!reloaded) return log::error("reload_failed", reloaded.error());
    log::info("files_reloaded");
  }

  KeySurroundings around() const {
    KeySurroundings out = surroundings(home, variables);
    if (signer) out.of_signer = signer->holder;
    return out;
  }
};

/// Whether anything of it lies in directories of this machine.
bool needs_home(const Config& config) {
  if (config.signer) return true;
  const ServerConfig& server = *config.server;
  return needs_own_certificate(server) || server.storage.kind != StorageKind::memory ||
         server.keys.place != KeyPlace::memory;
}

Result<void> open_server(Running& running, const ServeVariant& variant) {
  const ServerConfig& config = *running.config.server;
  if (needs_own_certificate(config)) {
    running.own = BS_TRY(make_own_certificate(running.home->state, running.home->keys, listener_hosts(config),
                                              system_clock().now(), crypto::system_random()));
  }
  auto parts = BS_TRY(open_parts(running.config, running.home, running.around()));
  auto options = server_options(running.config, BS_TRY(host_names(config, running.own)));
  if (variant.adapt) variant.adapt(options, parts);
  running.trust = std::make_unique<server::TrustServer>(std::move(options), std::move(parts));
  BS_TRY(running.trust->prepare());
  http::ServerOptions listening = http_options(running.config, running.own);
  BS_TRY(hand_over(running.manager.sockets(), listening));
  running.http = std::make_unique<http::Server>(
      std::move(listening), variant.handlers ? variant.handlers(*running.trust) : running.trust->handlers());
  return {};
}

Result<void> open_all(Running& running, const Places& places, const ServeVariant& variant) {
  const Config& config = running.config;
  if (needs_home(config)) running.home = BS_TRY(open_home(places));
  if (config.signer)
    running.signer = BS_TRY(open_signer(*config.signer, running.around(), config.log_requests));
  if (config.server) BS_TRY(open_server(running, variant));
  const int metrics = socket_named(running.manager.sockets(), kMetricsSocket);
  if (metrics >= 0 || !config.metrics_listen.empty()) {
    running.metrics = make_metrics_listener(
        config.metrics_listen, metrics,
        running.trust ? running.trust->handlers() : running.signer->operating_handlers());
  }
  return {};
}

/// The addresses of the roles that people ask for, the server's first.
Result<std::vector<http::BoundAddress>> start_all(Running& running) {
  std::vector<http::BoundAddress> addresses;
  // The signer first: a notary-server may be waiting for it.
  std::vector<http::BoundAddress> of_signer;
  if (running.signer) of_signer = BS_TRY(running.signer->http->start());
  if (running.http) addresses = BS_TRY(running.http->start());
  addresses.insert(addresses.end(), of_signer.begin(), of_signer.end());
  if (running.metrics) {
    for (const auto& address : BS_TRY(running.metrics->start()))
      log::info("metrics_listening", {{"address", address.address}});
  }
  if (running.trust) running.trust->start();
  return addresses;
}

/// How long running requests get to end.
Duration grace_of(const Config& config) {
  return config.server ? config.server->grace : ServerConfig{}.grace;
}

void stop_all(Running& running) {
  const auto grace = std::chrono::duration_cast<std::chrono::milliseconds>(grace_of(running.config));
  if (running.http) running.http->stop(grace);
  if (running.trust) running.trust->stop();
  if (running.signer) running.signer->http->stop(grace);
  if (running.metrics) running.metrics->stop();
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

/// A signal, or -1 when the time is over.
int wait_for_signal(const sigset_t& signals, Duration at_most) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
  const timespec time{seconds.count(), (at_most - seconds).count()};
  return ::sigtimedwait(&signals, nullptr, &time);
}

/// Balancers see that this server is going, and clients that they still send here are served; a second signal
/// ends it at once.
void drain(Running& running, const sigset_t& signals) {
  const Duration drain_for =
      running.config.server ? running.config.server->drain.value_or(Duration(0)) : Duration(0);
  running.manager.stopping(drain_for + grace_of(running.config) + std::chrono::seconds(5));
  if (running.trust) running.trust->drain();
  const Time end = system_clock().now() + drain_for;
  while (true) {
    const Duration left = end - system_clock().now();
    if (left <= Duration(0)) return;
    const int signal = wait_for_signal(signals, std::min(left, running.manager.watchdog().value_or(left)));
    running.manager.alive();
    if (signal == SIGTERM || signal == SIGINT) return;
  }
}

void wait_for_the_end(Running& running, const sigset_t& signals) {
  while (true) {
    const int signal = wait_for_signal(signals, running.manager.watchdog().value_or(std::chrono::hours(1)));
    running.manager.alive();
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) running.reload();
    if (signal == SIGUSR1 || signal == SIGUSR2) step_log_level(signal == SIGUSR1);
    const auto renewed = running.renew_certificate();
    if (!renewed) log::error("certificate_renewal_failed", renewed.error());
  }
}

}  // namespace

Result<void> serve(const LoadedConfig& loaded, const Places& places, const TakenVariables& variables,
                   const ServeVariant& variant) {
  const sigset_t signals = block_signals();
  for (const std::string& warning : loaded.warnings) log::warning("configuration", {{"text", warning}});
  log::set_level(loaded.config.log_level);
  Running running;
  running.config = loaded.config;
  running.variables = variables;
  running.manager = BS_TRY(ServiceManager::from_environment(variables.environment(), ::getpid()));
  ServiceManager::forget_variables();
  BS_TRY(open_all(running, places, variant));
  announce(BS_TRY(start_all(running)), running.own);
  running.manager.ready("serving");
  if (variant.started) variant.started();
  wait_for_the_end(running, signals);
  log::info("stopping");
  drain(running, signals);
  if (variant.stopping) variant.stopping();
  stop_all(running);
  return {};
}

}  // namespace boltseal::daemon
