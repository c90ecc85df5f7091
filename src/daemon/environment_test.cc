#include "daemon/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

namespace boltseal::daemon {
namespace {

TEST(Environment, NotarysVariablesAreTakenOutOfTheProcess) {
  // A buffer of our own as an entry, to see what becomes of the bytes.
  static char entry[] = "NOTARY_SIGNER_OLD_ALIAS=very-hidden";
  ASSERT_EQ(::putenv(entry), 0);
  ASSERT_EQ(::setenv("NOTARY_SERVER_LOGGING_LEVEL", "debug", 1), 0);
  ASSERT_EQ(::setenv("NOTARY_OTHER", "stays", 1), 0);
  const TakenVariables taken = TakenVariables::take_from_process();
  EXPECT_EQ(std::getenv("NOTARY_SIGNER_OLD_ALIAS"), nullptr);
  EXPECT_EQ(std::getenv("NOTARY_SERVER_LOGGING_LEVEL"), nullptr);
  EXPECT_EQ(std::memchr(entry, 'v', sizeof entry), nullptr) << "the value was not wiped";
  EXPECT_EQ(taken.environment()("NOTARY_SERVER_LOGGING_LEVEL"), "debug");
  EXPECT_EQ(taken.environment()("NOTARY_OTHER"), "stays");
  EXPECT_EQ(taken.environment()("NOTARY_SERVER_NONE"), std::nullopt);
  const auto passphrase = taken.passphrase_of("old_alias");
  ASSERT_TRUE(passphrase) << passphrase.error().what();
  EXPECT_EQ(passphrase->text(), "very-hidden");
  const auto none = taken.passphrase_of("new");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::no_passphrase);
  EXPECT_NE(none.error().hint().find("NOTARY_SIGNER_NEW"), std::string::npos);
}

}  // namespace
}  // namespace boltseal::daemon
