#include "http/server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace boltseal::http {
namespace {

using testing::HasSubstr;

TEST(Distribution, KnowsItsQuantiles) {
  Distribution d;
  EXPECT_EQ(d.quantile(0.5), 0);
  for (int i = 1; i <= 1000; ++i) d.observe(i);
  EXPECT_EQ(d.count(), 1000u);
  EXPECT_EQ(d.sum(), 500500);
  for (double q : {0.5, 0.9, 0.99}) {
    EXPECT_GE(d.quantile(q), q * 1000);
    EXPECT_LE(d.quantile(q), q * 1000 * 1.19);
  }
  d.observe(-1);
  d.observe(1e300);  // beyond the last bucket
  EXPECT_EQ(d.count(), 1002u);
}

TEST(RequestMetrics, HasNotarysFamilies) {
  MetricsRegistry registry;
  RequestMetrics metrics(registry, "notary_server_http", {"GetRole", "UpdateTUF"});
  metrics.record(0, Method::get, 200, 120, 300, 1500);
  metrics.record(0, Method::get, 200, 120, 300, 1500);
  metrics.record(1, Method::post, 400, 9, 10, 11);
  metrics.record(7, Method::get, 200, 1, 1, 1);
  const std::string text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE notary_server_http_requests_total counter"));
  EXPECT_THAT(
      text, HasSubstr(R"(notary_server_http_requests_total{code="200",method="get",operation="GetRole"} 2)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(notary_server_http_requests_total{code="400",method="post",operation="UpdateTUF"} 1)"));
  EXPECT_THAT(text, HasSubstr("# TYPE notary_server_http_request_duration_microseconds summary"));
  EXPECT_THAT(text,
              HasSubstr(R"(notary_server_http_request_duration_microseconds_count{operation="GetRole"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(notary_server_http_request_size_bytes_sum{operation="GetRole"} 600)"));
  EXPECT_THAT(text,
              HasSubstr(R"(notary_server_http_response_size_bytes{operation="GetRole",quantile="0.99"})"));
}

TEST(MetricsRegistry, SameNameAndLabelsAreTheSameMetric) {
  MetricsRegistry registry;
  Counter& a = registry.counter("x_total", "help", {{"l", "1"}});
  EXPECT_EQ(&a, &registry.counter("x_total", "help", {{"l", "1"}}));
  EXPECT_NE(&a, &registry.counter("x_total", "help", {{"l", "2"}}));
  registry.gauge("g", "help", [] { return 4.0; });
  registry.add_process_metrics();
  const std::string text = registry.text();
  EXPECT_THAT(text, HasSubstr("g 4"));
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
}

TEST(MetricsRegistry, CountsFromManyThreads) {
  MetricsRegistry registry;
  RequestMetrics metrics(registry, "p", {"op"});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) metrics.record(0, Method::get, 200, 1, 1, 1);
    });
  }
  (void)registry.text();
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(registry.text(), HasSubstr(R"(p_requests_total{code="200",method="get",operation="op"} 4000)"));
}

}  // namespace
}  // namespace boltseal::http
