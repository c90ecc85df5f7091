// Query strings and form bodies (application/x-www-form-urlencoded), read as Go's net/url does. Bounded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace boltseal::http {

/// Parameters in source order, decoded ('+' is a blank). Value type.
class Query {
 public:
  /// Pairs are separated by '&'; empty ones are left out. bad_format: broken percent encoding or a ';';
  /// limit_exceeded: more than `max_pairs`.
  static Result<Query> parse(std::string_view text, std::size_t max_pairs = 256);

  /// First value of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace boltseal::http
