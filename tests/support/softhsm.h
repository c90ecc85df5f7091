// A SoftHSM token of its own. For tests that `peers softhsm` was started for.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "keys/pkcs11/token.h"

namespace boltseal::keys::pkcs11 {

inline std::string softhsm_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) ADD_FAILURE() << "no " << name << ": start this by ctest";
  return value == nullptr ? "" : value;
}
/// `more`: further attributes, with the semicolon before.
inline Uri softhsm_uri(const std::string& more = {}) {
  const auto uri =
      parse_uri(softhsm_variable("SOFTHSM_URI").insert(sizeof "pkcs11:token=boltseal" - 1, more));
  EXPECT_TRUE(uri) << uri.error().what();
  return uri ? *uri : Uri{};
}
inline PinSource pin_is(std::string pin) {
  return [pin = std::move(pin)]() -> Result<Secret> { return Secret::of_text(pin); };
}
inline std::shared_ptr<Token> softhsm_token() {
  const Uri uri = softhsm_uri();
  auto token = Token::open(uri, pin_of(uri));
  EXPECT_TRUE(token) << token.error().what();
  return token ? *token : nullptr;
}

}  // namespace boltseal::keys::pkcs11
