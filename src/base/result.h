// Result<T>: a value or an Error. The only way in which our functions fail.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace boltseal {

template <typename T>
using Result = tl::expected<T, Error>;

/// Makes the failing side of any Result: `return fail(ErrorCode::rollback, "...", "hint");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string what, std::string hint = {}) {
  return tl::unexpected<Error>(Error(code, std::move(what), std::move(hint)));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

namespace detail {
template <typename T, typename E>
T take(tl::expected<T, E>&& r) {
  return std::move(*r);
}
template <typename E>
void take(tl::expected<void, E>&&) {}
}  // namespace detail

}  // namespace boltseal

/// Value of a Result, or return its error from the enclosing function:
///   auto root = BS_TRY(parse_root(bytes));      BS_TRY(store.save(root));
#define BS_TRY(expression) BS_TRY_NAMED(expression, __COUNTER__)
// Each use has a name of its own, so that uses nest without shadowing.
#define BS_TRY_NAMED(expression, number) BS_TRY_JOINED(expression, number)
#define BS_TRY_JOINED(expression, number) BS_TRY_EXPANDED(expression, bs_try_##number)
#define BS_TRY_EXPANDED(expression, result)                          \
  __extension__({                                                    \
    auto result = (expression);                                      \
    if (!result) return ::tl::unexpected(std::move(result).error()); \
    ::boltseal::detail::take(std::move(result));                     \
  })
