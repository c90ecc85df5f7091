#include "transport/memory.h"

#include <gtest/gtest.h>

namespace boltseal::transport {
namespace {

TEST(MemoryTransport, KeysAreServedAndRotated) {
  MemoryTransport transport(tuf::Form::notary);
  EXPECT_EQ(transport.server_key(RoleName::snapshot()).error().code(), ErrorCode::usage);
  transport.set_server_key(RoleName::snapshot(), "k1", "k2");
  EXPECT_EQ(transport.server_key(RoleName::snapshot()).value(), "k1");
  EXPECT_EQ(transport.rotate_server_key(RoleName::snapshot()).value(), "k2");
  EXPECT_EQ(transport.server_key(RoleName::snapshot()).value(), "k2");
  EXPECT_FALSE(transport.rotate_server_key(RoleName::snapshot()));
}

TEST(MemoryTransport, FailsOnDemand) {
  MemoryTransport transport(tuf::Form::notary);
  transport.fail_with(Error(ErrorCode::timed_out, "slow"));
  EXPECT_EQ(transport.current(RoleName::root(), 10).error().code(), ErrorCode::timed_out);
  EXPECT_EQ(transport.publish({}).error().code(), ErrorCode::timed_out);
  transport.fail_with(std::nullopt);
  EXPECT_TRUE(transport.publish({}));
  EXPECT_EQ(transport.fetches(), 1);
}

}  // namespace
}  // namespace boltseal::transport
