#include "base/error.h"

#include <array>
#include <utility>

namespace boltseal {
namespace {

struct Row {
  std::string_view name;
  ErrorClass cls;
  int exit;
  int http;
  std::string_view notary_code;
};

constexpr Row kRows[] = {
#define X(name, cls, exit, http, notary) {#name, ErrorClass::cls, exit, http, notary},
#include "base/errors.def"
#undef X
};

const Row& row(ErrorCode code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view name_of(ErrorCode code) { return row(code).name; }
ErrorClass class_of(ErrorCode code) { return row(code).cls; }
int exit_status(ErrorCode code) { return row(code).exit; }
int http_status(ErrorCode code) { return row(code).http; }
std::string_view notary_code(ErrorCode code) { return row(code).notary_code; }

std::string_view name_of(ErrorClass cls) {
  static constexpr std::array<std::string_view, 11> kNames = {"internal",  "usage", "denied",   "unknown",
                                                              "not_found", "auth",  "network",  "key",
                                                              "conflict",  "io",    "first_use"};
  return kNames[static_cast<std::size_t>(cls)];
}

Error::Error(ErrorCode code, std::string what, std::string hint)
    : code_(code), what_(std::move(what)), hint_(std::move(hint)) {}

Error Error::within(std::string_view context) && {
  what_.insert(0, ": ").insert(0, context);
  return std::move(*this);
}

Error Error::with_hint(std::string hint) && {
  if (hint_.empty()) hint_ = std::move(hint);
  return std::move(*this);
}

}  // namespace boltseal
