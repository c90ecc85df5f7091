// Metrics: counters and fixed-bucket histograms on atomics; text in Prometheus format 0.0.4 at scrape.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server/request.h"

namespace boltseal::http {

/// Only grows. Thread safe, no lock.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Counts values in buckets of fixed upper bounds: four to a power of two from 1 to 2^40, so that a quantile
/// is known within 19 %. Values below 1 count as 1. Thread safe, no lock.
class Distribution {
 public:
  void observe(double value);
  std::uint64_t count() const;
  double sum() const { return static_cast<double>(sum_.load(std::memory_order_relaxed)); }
  /// Upper bound of the bucket where the quantile (0..1) lies; 0 without observations.
  double quantile(double q) const;

  static constexpr std::size_t kBuckets = 162;

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// All metrics of a process. Register once and keep the reference: it lives as long as the registry. The same
/// name and labels give the same metric. Thread safe.
class MetricsRegistry {
 public:
  MetricsRegistry();
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  /// Shown as a summary with the quantiles 0.5, 0.9 and 0.99, over all observations since the start.
  Distribution& summary(std::string_view name, std::string_view help, const Labels& labels = {});
  /// `read` is called at each scrape.
  void gauge(std::string_view name, std::string_view help, std::function<double()> read,
             const Labels& labels = {});
  /// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
  /// process_open_fds, process_max_fds, process_start_time_seconds.
  void add_process_metrics();

  std::string text() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The four families of notary-server (NOTARY-SERVER 2.8) for a fixed set of operations. record() takes no
/// lock after the first of its kind. Thread safe.
class RequestMetrics {
 public:
  /// prefix: "notary_server_http" gives notary_server_http_requests_total and so on.
  RequestMetrics(MetricsRegistry& registry, std::string_view prefix, std::vector<std::string> operations);
  ~RequestMetrics();

  /// operation: index into the list; out of range is not counted.
  void record(std::size_t operation, Method method, int status, double microseconds,
              std::size_t request_bytes, std::size_t response_bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::http
