#include "server/trust_server.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "server/auth/access_log.h"
#include "server/auth/gate.h"
#include "server/expiry_watch.h"
#include "server/gun_locks.h"
#include "server/online_roles.h"
#include "server/publish/publisher.h"
#include "server/routes/handlers.h"
#include "server/server_metrics.h"
#include "server/serving_cache.h"
#include "server/storage/measured_storage.h"

namespace boltseal::server {

struct TrustServer::State {
  State(TrustServerOptions given, TrustServerParts given_parts)
      : options(std::move(given)),
        parts(measured(std::move(given_parts), registry)),
        signing(*parts.keys, options.lifetimes),
        memory(*parts.storage),
        online(memory, signing, *parts.record),
        online_stored(*parts.storage, signing, *parts.record),
        cache(options.cache_bytes, *parts.clock),
        renewal(
            *parts.storage, online_stored, *parts.record, locks, *parts.clock,
            [this](const Gun& gun) {
              memory.forget(gun);
              changed(gun);
            },
            [this](const Gun& gun) { unsure(gun); }),
        gate(options.auth, options.rate_limits, *parts.clock),
        access_log(options.access_log, *parts.clock),
        expiry(*parts.storage, *parts.clock),
        metrics(registry, cache, renewal, expiry),
        reader(*parts.storage, renewal, cache, cache_control_of(options),
               options.consistency == Consistency::strict),
        publisher(
            memory, online, *parts.record, locks, *parts.clock, [this](const Gun& gun) { changed(gun); },
            [this](const Gun& gun) { unsure(gun); }),
        routes({options, *parts.storage, *parts.keys, reader, publisher, cache, parts.notices.get(),
                readiness, metrics, registry, gate, access_log, *parts.clock}) {
    registry.add_process_metrics();
  }

  /// What one may read with credentials must not lie in caches that ask for none (SECURITY rule 25).
  static CacheControl cache_control_of(const TrustServerOptions& options) {
    CacheControl control = options.cache_control;
    control.is_private = options.auth.on();
    return control;
  }

  /// After a commit, before its answer: old answers go, the one that clients poll is made anew.
  void changed(const Gun& gun) {
    cache.drop(gun.str());
    reader.warm(gun);
    renewal.watch(gun);
    expiry.changed(gun);
  }

  /// A commit may take effect although its answer was lost: its notice, when it comes, counts as another's.
  void unsure(const Gun& gun) {
    {
      std::lock_guard lock(unsure_mutex);
      unsure_guns.insert(gun.str());
    }
    memory.forget(gun);
    cache.drop(gun.str());
  }
  void own_notice(const std::string& name) {
    {
      std::lock_guard lock(unsure_mutex);
      if (unsure_guns.erase(name) == 0) return;
    }
    changed_elsewhere(name);
  }

  /// Another process has published, renewed or deleted the GUN: the record of this machine follows.
  void changed_elsewhere(const std::string& name) {
    const auto gun = Gun::parse_lenient(name);
    if (!gun) return;
    memory.forget(*gun);
    cache.drop(name);
    const auto followed = follow(*gun);
    if (!followed) log::error("record_not_raised", followed.error());
    renewal.watch(*gun);
  }
  Result<void> follow(const Gun& gun) {
    const GunState state = BS_TRY(parts.storage->state(gun));
    return parts.record->raise(gun, state.epoch, BS_TRY(parts.storage->heads(gun)));
  }

  /// Notices may have been lost, and the database may be another one: a standby that was promoted.
  void missed() {
    memory.forget_all();
    cache.drop_all();
    {
      std::lock_guard lock(unsure_mutex);
      unsure_guns.clear();
    }
    if (!std::exchange(listened, true)) return;  // prepare() has just compared
    const auto report = compare(false);
    if (!report) log::error("store_not_compared", report.error());
  }
  Result<RecoveryReport> compare(bool at_start) {
    return compare_with_record({.storage = memory,
                                .record = *parts.record,
                                .online = online_stored,
                                .renewal = renewal,
                                .locks = locks,
                                .at_start = at_start,
                                .shared = options.consistency != Consistency::alone});
  }

  static TrustServerParts measured(TrustServerParts parts, http::MetricsRegistry& registry) {
    parts.storage = make_measured_storage(std::move(parts.storage), registry);
    return parts;
  }

  http::MetricsRegistry registry;
  TrustServerOptions options;
  TrustServerParts parts;
  Readiness readiness;
  GunLocks locks;
  Signing signing;
  Remembering memory;  // of what this process has published
  OnlineRoles online;
  OnlineRoles online_stored;  // renewal signs over what is stored, whatever is remembered
  ServingCache cache;
  std::mutex unsure_mutex;
  std::set<std::string> unsure_guns;  // under unsure_mutex
  bool listened = false;              // of the thread of the notices
  Renewal renewal;
  Gate gate;
  AccessLog access_log;
  ExpiryWatch expiry;
  ServerMetrics metrics;
  Reader reader;
  Publisher publisher;
  RouteHandlers routes;
};

TrustServer::TrustServer(TrustServerOptions options, TrustServerParts parts)
    : state_(std::make_unique<State>(std::move(options), std::move(parts))) {}

TrustServer::~TrustServer() { stop(); }

Result<RecoveryReport> TrustServer::prepare() {
  BS_TRY(reload());
  auto report = BS_TRY(state_->compare(true));
  BS_TRY(state_->routes.learn_names());
  state_->readiness.enter(Readiness::Phase::serving);
  return report;
}

Result<void> TrustServer::reload() {
  BS_TRY(state_->access_log.open());
  return state_->gate.load();
}

void TrustServer::start() {
  if (state_->options.renews) state_->renewal.start();
  state_->expiry.start();
  if (!state_->parts.notices) return;
  state_->parts.notices->start(
      {.changed = [state = state_.get()](const std::string& gun) { state->changed_elsewhere(gun); },
       .own = [state = state_.get()](const std::string& gun) { state->own_notice(gun); },
       .missed = [state = state_.get()] { state->missed(); }});
}

void TrustServer::drain() { state_->readiness.enter(Readiness::Phase::draining); }

void TrustServer::stop() {
  if (state_->parts.notices) state_->parts.notices->stop();
  state_->renewal.stop();
  state_->expiry.stop();
}

http::Handlers TrustServer::handlers() { return state_->routes.handlers(); }
http::Response TrustServer::handle(http::Request& request) { return state_->routes.handle(request); }
Storage& TrustServer::storage() { return *state_->parts.storage; }
Renewal& TrustServer::renewal() { return state_->renewal; }
http::MetricsRegistry& TrustServer::metrics() { return state_->registry; }

}  // namespace boltseal::server
