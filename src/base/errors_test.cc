#include <gtest/gtest.h>

#include "base/result.h"

namespace boltseal {
namespace {

// Codes, exits and statuses are an interface: this snapshot makes a change visible in review.
constexpr const char* kFrozen[] = {
#define X(name, cls, exit, http, notary) #name " " #cls " " #exit " " #http " " notary,
#include "base/errors.def"
#undef X
};

TEST(Errors, TableIsFrozen) {
  const std::string expected =
#include "base/errors_frozen.inc"
      ;
  std::string actual;
  for (const char* row : kFrozen) actual += std::string(row) + "\n";
  EXPECT_EQ(actual, expected);
}

TEST(Errors, ContextAndHint) {
  Error e = Error(ErrorCode::rollback, "version 3 is below 4").within("snapshot").with_hint("ask the owner");
  EXPECT_EQ(e.what(), "snapshot: version 3 is below 4");
  EXPECT_EQ(e.hint(), "ask the owner");
  EXPECT_EQ(exit_status(e.code()), 3);
  EXPECT_EQ(name_of(e.error_class()), "denied");
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::usage, "odd");
  return n / 2;
}
Result<int> quarter(int n) { return BS_TRY(half(BS_TRY(half(n)))); }

TEST(Result, TryPassesValuesAndErrors) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().what(), "odd");
}

}  // namespace
}  // namespace boltseal
