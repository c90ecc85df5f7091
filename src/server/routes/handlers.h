// Methods and paths to answers (NOTARY-SERVER.md 2.1): who may be asked what, and in which words it fails.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "http/server/metrics.h"
#include "http/server/server.h"
#include "server/api_error.h"
#include "server/auth/access_log.h"
#include "server/auth/gate.h"
#include "server/change_notices.h"
#include "server/health_probe.h"
#include "server/key_service.h"
#include "server/publish/publisher.h"
#include "server/readiness.h"
#include "server/routes/reader.h"
#include "server/routes/route.h"
#include "server/server_metrics.h"
#include "server/serving_cache.h"
#include "server/storage/storage.h"

namespace boltseal::server {

struct TrustServerOptions;

/// What the handlers work with; all of it outlives them.
struct RouteParts {
  const TrustServerOptions& options;
  Storage& storage;
  KeyService& keys;
  Reader& reader;
  Publisher& publisher;
  ServingCache& cache;
  const ChangeNotices* notices;  ///< null: no other process writes
  const Readiness& readiness;
  ServerMetrics& server_metrics;
  http::MetricsRegistry& metrics;
  Gate& gate;
  AccessLog& access_log;
  const Clock& clock;
};

/// Thread safe after learn_names().
class RouteHandlers {
 public:
  explicit RouteHandlers(const RouteParts& parts);

  /// Names outside Docker's grammar that the store already holds go on being served (SECURITY rule 23).
  Result<void> learn_names();
  http::Handlers handlers();
  http::Response handle(http::Request& request);

 private:
  using Answer = ApiResult<http::Response>;
  http::ReadyResponsePtr fast(const http::RequestHead& head) const;
  http::Plan plan(const http::RequestHead& head) const;
  http::Response refuse(int status, std::string_view reason) const;
  void observe(const http::RequestHead& head, const http::Exchange& exchange);

  Answer route(http::Request& request);
  Answer dispatch(http::Request& request, const Route& route);
  void count_publish(std::uint32_t mark, const ApiError* error);
  Answer route_gun(http::Request& request, const Route& route);
  ApiResult<void> admit(const http::RequestHead& head, const Route& route, const Need& need);
  ApiResult<void> check_prefix(const Route& route, bool publishing) const;
  ApiResult<Gun> check_gun(const Route& route, bool publishing) const;
  Answer get(const Route& route, const Gun& gun, const http::RequestHead& head);
  Answer post(const Route& route, const Gun& gun, http::Request& request);
  Answer publish(const Gun& gun, const http::RequestHead& head, const Upload& upload);
  Answer key(const Gun& gun, const RoleName& role, bool rotate);
  Answer feed(const std::optional<Gun>& gun, std::string_view query) const;
  Answer health() const;
  Answer ready() const;
  http::Response error_response(const ApiError& error) const;

  RouteParts parts_;
  mutable HealthProbe probe_;
  const bool open_;  ///< neither authentication nor limits
  std::set<std::string> known_names_;
  std::unique_ptr<http::RequestMetrics> request_metrics_;
};

}  // namespace boltseal::server
