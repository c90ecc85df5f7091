// Errors are values: a stable code, what happened, what to do next (HOUSE rule 5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boltseal {

enum class ErrorClass : std::uint8_t {
  internal,
  usage,
  denied,
  unknown,
  not_found,
  auth,
  network,
  key,
  conflict,
  io,
  first_use
};

enum class ErrorCode : std::uint8_t {
#define X(name, cls, exit, http, notary) name,
#include "base/errors.def"
#undef X
};

std::string_view name_of(ErrorCode code);  ///< "rollback"
std::string_view name_of(ErrorClass cls);  ///< "denied"
ErrorClass class_of(ErrorCode code);
int exit_status(ErrorCode code);               ///< of `boltseal`
int http_status(ErrorCode code);               ///< of `boltseald`
std::string_view notary_code(ErrorCode code);  ///< of `boltseald`'s error body

/// One failure. `what` is one sentence in lower case without a full stop: what was tried, on what, what
/// came out. `hint` (may be empty) says what the user can do next. Both may hold text from outside only
/// after it went through `Untrusted::escaped()` (base/untrusted.h).
/// Value type; copies and moves freely; no thread affinity.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string what, std::string hint = {});

  ErrorCode code() const { return code_; }
  ErrorClass error_class() const { return class_of(code_); }
  const std::string& what() const { return what_; }
  const std::string& hint() const { return hint_; }

  /// The same error with "context: " before what happened; an empty hint may be filled.
  Error within(std::string_view context) &&;
  Error with_hint(std::string hint) &&;

 private:
  ErrorCode code_;
  std::string what_;
  std::string hint_;
};

}  // namespace boltseal
