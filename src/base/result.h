// Result<T>: a value or an Error. The only way in which our functions fail.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace boltseal {

template <typename T>
using Result = tl::expected<T, Error>;

/// Makes the failing side of any Result: `return fail(ErrorCode::rollback, "...", "hint");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string what, std::string hint = {}) {
  return tl::unexpected<Error>(Error(code, std::move(what), std::move(hint)));
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

namespace detail {
template <typename T>
T take(Result<T>&& r) { return std::move(*r); }
inline void take(Result<void>&&) {}
}  // namespace detail

}  // namespace boltseal

/// Value of a Result, or return its error from the enclosing function:
///   auto root = BS_TRY(parse_root(bytes));      BS_TRY(store.save(root));
#define BS_TRY(expression)                                                       \
  __extension__({                                                                \
    auto bs_try_result = (expression);                                           \
    if (!bs_try_result) return ::tl::unexpected(std::move(bs_try_result).error()); \
    ::boltseal::detail::take(std::move(bs_try_result));                          \
  })
