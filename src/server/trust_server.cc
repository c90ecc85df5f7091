#include "server/trust_server.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "server/gun_locks.h"
#include "server/online_roles.h"
#include "server/publish/publisher.h"
#include "server/routes/handlers.h"
#include "server/serving_cache.h"

namespace boltseal::server {

struct TrustServer::State {
  State(TrustServerOptions given, TrustServerParts given_parts)
      : options(std::move(given)),
        parts(std::move(given_parts)),
        signing(*parts.keys, options.lifetimes),
        online(*parts.storage, signing, *parts.record),
        cache(options.cache_bytes, *parts.clock),
        renewal(*parts.storage, online, *parts.record, locks, *parts.clock,
                [this](const Gun& gun) { changed(gun); }),
        reader(*parts.storage, renewal, cache, options.cache_control),
        publisher(*parts.storage, online, *parts.record, locks, *parts.clock,
                  [this](const Gun& gun) { changed(gun); }),
        routes({options, *parts.storage, *parts.keys, reader, publisher, cache, registry}) {
    registry.add_process_metrics();
  }

  /// After a commit, before its answer: old answers go, the one that clients poll is made anew.
  void changed(const Gun& gun) {
    cache.drop(gun.str());
    reader.warm(gun);
    renewal.watch(gun);
  }

  TrustServerOptions options;
  TrustServerParts parts;
  http::MetricsRegistry registry;
  GunLocks locks;
  Signing signing;
  OnlineRoles online;
  ServingCache cache;
  Renewal renewal;
  Reader reader;
  Publisher publisher;
  RouteHandlers routes;
};

TrustServer::TrustServer(TrustServerOptions options, TrustServerParts parts)
    : state_(std::make_unique<State>(std::move(options), std::move(parts))) {}

TrustServer::~TrustServer() { stop(); }

Result<RecoveryReport> TrustServer::prepare() {
  auto report = BS_TRY(
      compare_with_record(*state_->parts.storage, *state_->parts.record, state_->online, state_->renewal));
  BS_TRY(state_->routes.learn_names());
  return report;
}

void TrustServer::start() { state_->renewal.start(); }
void TrustServer::stop() { state_->renewal.stop(); }

http::Handlers TrustServer::handlers() { return state_->routes.handlers(); }
http::Response TrustServer::handle(http::Request& request) { return state_->routes.handle(request); }
Storage& TrustServer::storage() { return *state_->parts.storage; }
Renewal& TrustServer::renewal() { return state_->renewal; }
http::MetricsRegistry& TrustServer::metrics() { return state_->registry; }

}  // namespace boltseal::server
