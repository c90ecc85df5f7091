// The fixture of the attack tests: each case runs in both forms, unless its test says which one.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/driver.h"
#include "tests/support/simulator.h"

namespace boltseal::test {

using tuf::Form;

class Attack : public testing::TestWithParam<Form> {
 protected:
  Form form() const { return GetParam(); }
  bool notary() const { return form() == Form::notary; }
  bool tuf1() const { return form() == Form::tuf1; }
};

/// Cases of one form alone; applies.md has the reason.
class AttackNotary : public testing::Test {
 protected:
  static constexpr Form kForm = Form::notary;
};
class AttackTuf1 : public testing::Test {
 protected:
  static constexpr Form kForm = Form::tuf1;
};

/// A repository whose `targets/releases` signs "v2".
inline Simulator with_releases(Form form) {
  Simulator repo(form);
  repo.delegate(RoleName::targets(), "targets/releases", {form == Form::notary ? "" : "*"});
  repo.set_target(RoleName::releases(), "v2", "two");
  repo.publish({RoleName::targets(), RoleName::releases()});
  return repo;
}

template <typename T>
testing::AssertionResult fails_with(const Result<T>& result, ErrorCode code) {
  if (result) return testing::AssertionFailure() << "succeeded, expected " << name_of(code);
  if (result.error().code() == code) return testing::AssertionSuccess();
  return testing::AssertionFailure() << name_of(result.error().code()) << " (" << result.error().what()
                                     << "), expected " << name_of(code);
}

template <typename T>
testing::AssertionResult succeeds(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << name_of(result.error().code()) << ": " << result.error().what();
}

}  // namespace boltseal::test
