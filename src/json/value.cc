#include "json/value.h"

namespace boltseal::json {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::string:
      return "string";
    case Kind::array:
      return "array";
    case Kind::object:
      return "object";
  }
  return "unknown";
}

std::span<const std::uint32_t> Value::sorted_order() const {
  if (!is(Kind::object) || unsorted_ == 0) return {};
  // TreeBuilder puts the order right behind the members, into the same block.
  return {reinterpret_cast<const std::uint32_t*>(payload_.members + size_), size_};
}

const Value* Value::find(std::string_view name) const {
  const auto all = members();
  const auto order = sorted_order();
  const auto at = [&](std::size_t i) -> const Member& { return all[order.empty() ? i : order[i]]; };
  std::size_t low = 0;
  std::size_t high = all.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at(middle).name < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < all.size() && at(low).name == name ? &at(low).value : nullptr;
}

}  // namespace boltseal::json
