#include "base/log_context.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/log.h"

namespace boltseal::log {
namespace {

std::string logged() {
  ::testing::internal::CaptureStderr();
  write(Level::error, "something", {{"n", 1}});
  return ::testing::internal::GetCapturedStderr();
}

TEST(LogContext, StandsInEveryEventOfTheThread) {
  EXPECT_EQ(logged().find("\"request\""), std::string::npos);
  {
    const Context outer("00000000000000aa", "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_NE(logged().find(
                  "\"n\":1,\"request\":\"00000000000000aa\",\"trace\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}"),
              std::string::npos);
    {
      const Context inner("00000000000000bb", "");
      const std::string line = logged();
      EXPECT_NE(line.find("\"request\":\"00000000000000bb\"}"), std::string::npos) << line;
    }
    EXPECT_EQ(Context::current()->request(), "00000000000000aa");
    std::thread([] { EXPECT_EQ(Context::current(), nullptr); }).join();
  }
  EXPECT_EQ(Context::current(), nullptr);
}

}  // namespace
}  // namespace boltseal::log
