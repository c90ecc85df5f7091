#include "server/server_metrics.h"

#include <limits>

#include "base/version.h"

namespace boltseal::server {
namespace {

using http::Labels;

constexpr std::string_view kOther = "other";

http::Counter& lookups(http::MetricsRegistry& registry, const char* result) {
  return registry.counter("boltseal_cache_lookups_total", "Reads that the serving cache was asked for.",
                          {{"result", result}});
}

/// A code that no list foresaw is one of the others: what comes from outside makes no new series.
constexpr const char* kCodes[] = {"INVALID_UPDATE", "VERSION",      "MALFORMED_UPLOAD", "MALFORMED_JSON",
                                  "NO_FILENAME",    "INVALID_ROLE", "INVALID_GUN",      "UPDATING",
                                  "UNAUTHORIZED",   "DENIED",       "TOOMANYREQUESTS",  "UNKNOWN"};

std::string outcome_of(std::string_view code) {
  if (code == "VERSION") return "conflict";
  return code == "UPDATING" || code == "UNKNOWN" ? "failed" : "refused";
}

}  // namespace

ServerMetrics::ServerMetrics(http::MetricsRegistry& registry, const ServingCache& cache, Renewal& renewal,
                             const ExpiryWatch& expiry)
    : hits_(lookups(registry, "hit")), misses_(lookups(registry, "miss")) {
  const auto publishes = [&](const std::string& outcome, const std::string& code) {
    return &registry.counter("boltseal_publishes_total", "Publishes by how they ended.",
                             Labels{{"outcome", outcome}, {"code", code}});
  };
  publishes_.emplace("", publishes("accepted", ""));
  for (const char* code : kCodes) publishes_.emplace(code, publishes(outcome_of(code), code));
  publishes_.emplace(kOther, publishes("refused", std::string(kOther)));

  registry.gauge("boltseal_build_info", "Always 1; the label tells the version.", [] { return 1.0; },
                 {{"version", kVersion}});
  registry.gauge("boltseal_cache_bytes", "Size of the ready answers in memory.",
                 [&cache] { return static_cast<double>(cache.bytes()); });
  registry.gauge("boltseal_cache_entries", "Ready answers in memory.",
                 [&cache] { return static_cast<double>(cache.entries()); });
  registry.gauge("boltseal_renewals_done", "Renewals since the start that stored something.",
                 [&renewal] { return static_cast<double>(renewal.done()); });
  registry.gauge("boltseal_renewals_failed", "Renewals since the start that failed.",
                 [&renewal] { return static_cast<double>(renewal.failed()); });
  registry.gauge("boltseal_renewals_due", "Repositories whose renewal is due now.",
                 [&renewal] { return static_cast<double>(renewal.due()); });
  add_expiry(registry, expiry);
}

void ServerMetrics::add_expiry(http::MetricsRegistry& registry, const ExpiryWatch& expiry) {
  registry.gauge("boltseal_repositories", "Repositories in the store, as far as they were read.",
                 [&expiry] { return static_cast<double>(expiry.summary().guns); });
  registry.gauge("boltseal_recovery_marks", "Repositories that are read-only until republished.",
                 [&expiry] { return static_cast<double>(expiry.summary().marked); });
  for (std::size_t kind = 0; kind < ExpiryWatch::kKinds.size(); ++kind) {
    const std::string role(ExpiryWatch::kKinds[kind]);
    const auto horizon = [&expiry, kind] { return expiry.summary().kinds[kind]; };
    registry.gauge("boltseal_expiry_seconds",
                   "Seconds until the first role of its kind expires; NaN: there is none.",
                   [horizon] {
                     const auto earliest = horizon().earliest;
                     return earliest ? std::chrono::duration<double>(*earliest).count()
                                     : std::numeric_limits<double>::quiet_NaN();
                   },
                   {{"role", role}});
    constexpr const char* kHelp = "Repositories with a role of the kind that expires within the time.";
    registry.gauge("boltseal_expiring_repositories", kHelp,
                   [horizon] { return static_cast<double>(horizon().expired); },
                   {{"role", role}, {"within", "0"}});
    registry.gauge("boltseal_expiring_repositories", kHelp,
                   [horizon] { return static_cast<double>(horizon().week); },
                   {{"role", role}, {"within", "7d"}});
    registry.gauge("boltseal_expiring_repositories", kHelp,
                   [horizon] { return static_cast<double>(horizon().month); },
                   {{"role", role}, {"within", "30d"}});
  }
}

void ServerMetrics::publish(std::string_view code) {
  auto found = publishes_.find(code);
  if (found == publishes_.end()) found = publishes_.find(kOther);
  found->second->add();
}

}  // namespace boltseal::server
