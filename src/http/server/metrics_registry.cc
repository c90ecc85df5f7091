#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "http/server/metrics.h"

namespace boltseal::http {
namespace {

struct Family {
  prometheus::MetricType type = prometheus::MetricType::Untyped;
  std::string help;
  std::map<Labels, std::unique_ptr<Counter>> counters;
  std::map<Labels, std::unique_ptr<Distribution>> summaries;
  std::map<Labels, std::function<double()>> gauges;
};

prometheus::ClientMetric labelled(const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

void collect_into(prometheus::MetricFamily& out, const Family& family) {
  for (const auto& [labels, counter] : family.counters) {
    auto metric = labelled(labels);
    metric.counter.value = static_cast<double>(counter->value());
    out.metric.push_back(std::move(metric));
  }
  for (const auto& [labels, read] : family.gauges) {
    auto metric = labelled(labels);
    const double value = read();
    // The process's CPU time is read like a gauge and shown as the counter that it is.
    if (family.type == prometheus::MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    out.metric.push_back(std::move(metric));
  }
  for (const auto& [labels, distribution] : family.summaries) {
    auto metric = labelled(labels);
    metric.summary.sample_count = distribution->count();
    metric.summary.sample_sum = distribution->sum();
    for (double q : {0.5, 0.9, 0.99}) metric.summary.quantile.push_back({q, distribution->quantile(q)});
    out.metric.push_back(std::move(metric));
  }
}

/// Fields of /proc/self/stat behind the command's name, which may hold blanks: [0] is the state.
std::vector<std::string> process_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::vector<std::string> fields;
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return fields;
  for (std::size_t at = end + 2; at < line.size();) {
    std::size_t next = line.find(' ', at);
    if (next == std::string::npos) next = line.size();
    fields.push_back(line.substr(at, next - at));
    at = next + 1;
  }
  return fields;
}

double stat_field(std::size_t index) {
  const auto fields = process_stat();
  return index < fields.size() ? std::strtod(fields[index].c_str(), nullptr) : 0;
}

double start_time() {
  std::ifstream file("/proc/stat");
  std::string line;
  double boot = 0;
  while (std::getline(file, line)) {
    if (line.starts_with("btime ")) boot = std::strtod(line.c_str() + 6, nullptr);
  }
  return boot + stat_field(19) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double open_files() {
  std::error_code ec;
  double n = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", ec), end; !ec && it != end; it.increment(ec))
    ++n;
  return n;
}

double max_files() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

double cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

struct MetricsRegistry::State final : prometheus::Collectable {
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;

  Family& family(std::string_view name, std::string_view help, prometheus::MetricType type) {
    auto it = families.find(name);
    if (it == families.end()) it = families.emplace(std::string(name), Family{}).first;
    it->second.type = type;
    it->second.help = help;
    return it->second;
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock(mutex);
    std::vector<prometheus::MetricFamily> out;
    for (const auto& [name, family] : families) {
      prometheus::MetricFamily collected;
      collected.name = name;
      collected.help = family.help;
      collected.type = family.type;
      collect_into(collected, family);
      out.push_back(std::move(collected));
    }
    return out;
  }
};

MetricsRegistry::MetricsRegistry() : state_(std::make_unique<State>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  auto& slot = state_->family(name, help, prometheus::MetricType::Counter).counters[labels];
  if (!slot) slot = std::make_unique<Counter>();
  return *slot;
}

Distribution& MetricsRegistry::summary(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  auto& slot = state_->family(name, help, prometheus::MetricType::Summary).summaries[labels];
  if (!slot) slot = std::make_unique<Distribution>();
  return *slot;
}

void MetricsRegistry::gauge(std::string_view name, std::string_view help, std::function<double()> read,
                            const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  state_->family(name, help, prometheus::MetricType::Gauge).gauges[labels] = std::move(read);
}

void MetricsRegistry::add_process_metrics() {
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
        [page] { return stat_field(21) * page; });
  gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", [] { return stat_field(20); });
  gauge("process_open_fds", "Number of open file descriptors.", open_files);
  gauge("process_max_fds", "Maximum number of open file descriptors.", max_files);
  gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
        [start = start_time()] { return start; });
  const std::lock_guard lock(state_->mutex);
  state_
      ->family("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
               prometheus::MetricType::Counter)
      .gauges[{}] = cpu_seconds;
}

std::string MetricsRegistry::text() const {
  return prometheus::TextSerializer().Serialize(state_->Collect());
}

}  // namespace boltseal::http
