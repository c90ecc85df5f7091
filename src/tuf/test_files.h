// For the tests of this room: captured files, keys, small repositories.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "crypto/software_key.h"
#include "tuf/chain_verifier.h"
#include "tuf/codec.h"
#include "tuf/editor.h"

namespace boltseal::tuf::testing {

/// A file of tests/vectors/notary (captured from notary 0.7.0).
inline std::string vector_file(const std::string& name) {
  std::ifstream in(std::string(BOLTSEAL_SOURCE_DIR) + "/tests/vectors/notary/" + name, std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline const Gun& vector_gun() {
  static const Gun gun = *Gun::parse("example.com/vectors/app");
  return gun;
}

/// Some day in the life of the captured files.
inline Time vector_time() { return *parse_rfc3339("2026-12-01T00:00:00Z"); }

inline RootCertificateRules certificate_rules() { return {.gun = vector_gun().str(), .now = vector_time()}; }

inline crypto::SoftwareKeyPtr new_key(crypto::KeyAlgorithm algorithm = crypto::KeyAlgorithm::ecdsa_p256) {
  auto key = crypto::SoftwareKey::generate(algorithm);
  EXPECT_TRUE(key);
  return key ? *key : nullptr;
}

template <typename T>
::testing::AssertionResult ok(const Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << name_of(result.error().code()) << ": " << result.error().what();
}

template <typename T>
::testing::AssertionResult fails(const Result<T>& result, ErrorCode code) {
  if (result) return ::testing::AssertionFailure() << "no error";
  if (result.error().code() == code) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << name_of(result.error().code()) << ": " << result.error().what();
}

/// `text` with the first `from` replaced; the test fails when there is none.
inline std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

}  // namespace boltseal::tuf::testing
