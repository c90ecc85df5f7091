// What the trust server counts beside its requests, under names that begin with boltseal_. Looked up once; to
// count is an atomic add. No name of a repository stands in them (SECURITY rule 27). Thread safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/server/metrics.h"
#include "server/expiry_watch.h"
#include "server/renewal.h"
#include "server/serving_cache.h"

namespace boltseal::server {

class ServerMetrics {
 public:
  /// All of them outlive the scrapes.
  ServerMetrics(http::MetricsRegistry& registry, const ServingCache& cache, Renewal& renewal,
                const ExpiryWatch& expiry);

  /// Whether the serving cache had the answer.
  void cache(bool hit) { (hit ? hits_ : misses_).add(); }
  /// A publish ended; `code` of its error, empty when it was accepted.
  void publish(std::string_view code);

 private:
  void add_expiry(http::MetricsRegistry& registry, const ExpiryWatch& expiry);

  http::Counter& hits_;
  http::Counter& misses_;
  std::map<std::string, http::Counter*, std::less<>> publishes_;
};

}  // namespace boltseal::server
