#include "policy/policy_edit.h"

#include <gtest/gtest.h>

namespace boltseal::policy {
namespace {

TEST(PolicyEdit, AddsReplacesAndKeepsTheRest) {
  const Gun gun = *Gun::parse("r.io/a");
  const NewPin pin{
      .gun = gun, .root_version = 3, .root_sha256 = std::string(64, 'a'), .server = "https://n.io"};
  const std::string first = *with_pin("", pin, "p");
  const Policy policy({}, *parse_policy(first, "p"));
  EXPECT_EQ((*policy.pin_for(gun))->root.version, 3);
  EXPECT_EQ((*policy.pin_for(gun))->server, "https://n.io");

  const std::string other =
      R"({"format":1,"first_use":["x/**"],"pins":[{"gun":"r.io/b","minimal_root_version":2},{"gun":"r.io/a","minimal_root_version":9}]})";
  const PolicyFile edited = *parse_policy(*with_pin(other, pin, "p"), "p");
  ASSERT_EQ(edited.pins.size(), 2u);
  EXPECT_EQ(edited.pins[0].gun.str(), "r.io/b");
  EXPECT_EQ(edited.pins[1].root.version, 3);
  EXPECT_EQ(edited.first_use->size(), 1u);
  EXPECT_FALSE(with_pin("{broken", pin, "p"));
}

}  // namespace
}  // namespace boltseal::policy
