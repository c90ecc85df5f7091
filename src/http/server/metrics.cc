#include "http/server/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

namespace boltseal::http {
namespace {

constexpr double kPerPowerOfTwo = 4.0;

std::size_t bucket_of(double value) {
  if (!(value > 1.0)) return 0;
  const double index = std::ceil(std::log2(value) * kPerPowerOfTwo);
  return std::min(static_cast<std::size_t>(index), Distribution::kBuckets - 1);
}

double upper_bound_of(std::size_t bucket) { return std::exp2(static_cast<double>(bucket) / kPerPowerOfTwo); }

/// Lower case, as notary-server labels them.
std::string_view label_of(Method method) {
  switch (method) {
    case Method::get:
      return "get";
    case Method::head:
      return "head";
    case Method::post:
      return "post";
    case Method::put:
      return "put";
    case Method::del:
      return "delete";
    case Method::other:
      break;
  }
  return "other";
}

constexpr std::size_t kMethods = 6;
constexpr std::size_t kStatuses = 600;

}  // namespace

void Distribution::observe(double value) {
  buckets_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
  constexpr double kLargest = 9e15;  // beyond it a double counts no units
  sum_.fetch_add(static_cast<std::uint64_t>(std::clamp(value, 0.0, kLargest)), std::memory_order_relaxed);
}

std::uint64_t Distribution::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

double Distribution::quantile(double q) const {
  const std::uint64_t total = count();
  if (total == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (seen >= wanted) return upper_bound_of(i);
  }
  return upper_bound_of(kBuckets - 1);
}

struct RequestMetrics::State {
  MetricsRegistry* registry = nullptr;
  std::string prefix;
  struct Operation {
    std::string name;
    Distribution* duration = nullptr;
    Distribution* request_size = nullptr;
    Distribution* response_size = nullptr;
    // Found by index without a lock; filled at the first answer of its kind.
    std::array<std::atomic<Counter*>, kMethods * kStatuses> counters{};
  };
  std::vector<std::unique_ptr<Operation>> operations;
};

RequestMetrics::RequestMetrics(MetricsRegistry& registry, std::string_view prefix,
                               std::vector<std::string> operations)
    : state_(std::make_unique<State>()) {
  state_->registry = &registry;
  state_->prefix = prefix;
  for (std::string& name : operations) {
    auto operation = std::make_unique<State::Operation>();
    const Labels labels{{"operation", name}};
    operation->duration = &registry.summary(state_->prefix + "_request_duration_microseconds",
                                            "The HTTP request latencies in microseconds.", labels);
    operation->request_size =
        &registry.summary(state_->prefix + "_request_size_bytes", "The HTTP request sizes in bytes.", labels);
    operation->response_size = &registry.summary(state_->prefix + "_response_size_bytes",
                                                 "The HTTP response sizes in bytes.", labels);
    operation->name = std::move(name);
    state_->operations.push_back(std::move(operation));
  }
}

RequestMetrics::~RequestMetrics() = default;

void RequestMetrics::record(std::size_t operation, Method method, int status, double microseconds,
                            std::size_t request_bytes, std::size_t response_bytes) {
  if (operation >= state_->operations.size() || status < 0 || status >= static_cast<int>(kStatuses)) return;
  State::Operation& op = *state_->operations[operation];
  auto& slot = op.counters[static_cast<std::size_t>(method) * kStatuses + static_cast<std::size_t>(status)];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter =
        &state_->registry->counter(state_->prefix + "_requests_total", "Total number of HTTP requests made.",
                                   {{"code", std::to_string(status)},
                                    {"method", std::string(label_of(method))},
                                    {"operation", op.name}});
    slot.store(counter, std::memory_order_release);
  }
  counter->add();
  op.duration->observe(microseconds);
  op.request_size->observe(static_cast<double>(request_bytes));
  op.response_size->observe(static_cast<double>(response_bytes));
}

}  // namespace boltseal::http
