#include "base/clock.h"

#include <gtest/gtest.h>

namespace boltseal {
namespace {

TEST(Clock, Rfc3339RoundTrip) {
  for (const char* text : {"2036-11-21T06:51:26.238423452Z", "2026-12-08T06:45:44.30948915Z",
                           "1999-12-31T23:59:59Z", "2000-02-29T00:00:00.1Z"}) {
    EXPECT_EQ(format_rfc3339_nano(*parse_rfc3339(text)), text);
  }
  EXPECT_EQ(format_rfc3339_nano(*parse_rfc3339("2026-11-24T00:00:00-08:00")), "2026-11-24T08:00:00Z");
  EXPECT_EQ(format_rfc3339_seconds(*parse_rfc3339("2026-11-24T00:00:00.9+01:30")), "2026-11-23T22:30:00Z");
}

TEST(Clock, Rfc3339IsStrict) {
  for (const char* bad : {"",
                          "2026",
                          "2026-11-24",
                          "2026-11-24T00:00:00",
                          "2026-11-24t00:00:00Z",
                          "2026-11-24T00:00:00z",
                          "2026-13-01T00:00:00Z",
                          "2026-02-29T00:00:00Z",
                          "2026-11-24T24:00:00Z",
                          "2026-11-24T00:60:00Z",
                          "2026-11-24T00:00:60Z",
                          "2026-11-24T00:00:00.Z",
                          "2026-11-24T00:00:00.1234567890Z",
                          "2026-11-24T00:00:00+1:00",
                          "2026-11-24T00:00:00+24:00",
                          "1600-01-01T00:00:00Z",
                          "9999-01-01T00:00:00Z",
                          "2026-11-24T00:00:00Z ",
                          " 2026-11-24T00:00:00Z",
                          "+026-11-24T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
  EXPECT_FALSE(parse_rfc3339_seconds("2026-11-24T00:00:00.1Z"));
  EXPECT_FALSE(parse_rfc3339_seconds("2026-11-24T00:00:00+00:00"));
}

TEST(Clock, HttpDateAndDurations) {
  EXPECT_EQ(format_http_date(*parse_rfc3339("2026-11-24T07:00:05Z")), "Tue, 24 Nov 2026 07:00:05 GMT");
  EXPECT_EQ(describe_duration(std::chrono::hours(47)), "1 day");
  EXPECT_EQ(describe_duration(std::chrono::minutes(61)), "1 hour");
  EXPECT_EQ(describe_duration(std::chrono::seconds(0)), "0 seconds");
}

}  // namespace
}  // namespace boltseal
