#include "http/server/trace_parent.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

TEST(TraceParent, GivesTheTraceId) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(trace_id_of("00-" + id + "-00f067aa0ba902b7-01"), id);
  EXPECT_EQ(trace_id_of("01-" + id + "-00f067aa0ba902b7-01-more"), id);
}

TEST(TraceParent, WhatIsNotValidIsNone) {
  const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736", parent = "00f067aa0ba902b7";
  for (const std::string& value : {
           std::string(),
           "00-" + id + "-" + parent,
           "00-" + id + "-" + parent + "-01-more",
           "00-" + id + "-" + parent + "-01x",
           "ff-" + id + "-" + parent + "-01",
           "00-" + std::string(32, '0') + "-" + parent + "-01",
           "00-" + id + "-" + std::string(16, '0') + "-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01",
           "00-" + id + "\"" + parent + "-01",
           "01-" + id + "-" + parent + "-01more",
           std::string(55, '-'),
       }) {
    EXPECT_EQ(trace_id_of(value), "") << value;
  }
}

}  // namespace
}  // namespace boltseal::http
