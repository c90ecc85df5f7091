#include "json/tree_builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "base/untrusted.h"
#include "json/number.h"

namespace boltseal::json {
namespace {

constexpr std::size_t kFirstBlock = 4096;
constexpr std::size_t kLargestBlock = std::size_t{1} << 20;

bool by_name(const Member& a, const Member& b) { return a.name < b.name; }

// Bytes of a name in canonical form without the quotes.
std::size_t canonical_size(std::string_view name) {
  const auto escaped = std::count_if(name.begin(), name.end(), [](char c) { return c == '"' || c == '\\'; });
  return name.size() + static_cast<std::size_t>(escaped);
}

}  // namespace

Error TreeBuilder::bad(std::string_view problem, const char* where) const {
  return Error(ErrorCode::bad_format, fmt::format("JSON: {} at byte {}", problem, offset(where)));
}

Result<void> TreeBuilder::count(const char* where) {
  if (++nodes_ <= limits_.nodes) return {};
  return fail(ErrorCode::limit_exceeded,
              fmt::format("JSON: more than {} values at byte {}", limits_.nodes, offset(where)));
}

Result<void> TreeBuilder::enter(std::size_t depth, const char* where) const {
  if (depth <= limits_.depth) return {};
  return fail(bad(fmt::format("nested deeper than {}", limits_.depth), where));
}

std::byte* TreeBuilder::allocate(std::size_t bytes) {
  bytes = (bytes + alignof(Member) - 1) / alignof(Member) * alignof(Member);
  if (bytes > free_bytes_) {
    const std::size_t next =
        std::min(kFirstBlock << std::min<std::size_t>(document_.blocks_.size(), 8), kLargestBlock);
    free_bytes_ = std::max(bytes, next);
    document_.blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(free_bytes_));
    free_ = document_.blocks_.back().get();
  }
  std::byte* const result = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return result;
}

Result<std::string_view> TreeBuilder::content(const StringLiteral& literal) {
  if (!literal.escaped) return literal.content;
  auto* out = reinterpret_cast<char*>(allocate(literal.content.size()));
  const auto size = unescape(literal.content, out);
  if (!size) return fail(bad("wrong escape in a string", literal.content.data()));
  return std::string_view(out, *size);
}

Result<Value> TreeBuilder::string(std::string_view token) {
  const auto literal = scan_string(token);
  if (!literal || literal->content.size() + 2 != token.size()) return fail(bad("wrong string", token.data()));
  const auto text = content(*literal);
  if (!text) return fail(text.error());
  Value value;
  value.kind_ = Kind::string;
  value.source_ = token.data();
  value.source_size_ = static_cast<std::uint32_t>(token.size());
  value.payload_.text = text->data();
  value.size_ = static_cast<std::uint32_t>(text->size());
  value.canonical_ = literal->canonical;
  return value;
}

Result<Value> TreeBuilder::scalar(std::string_view token) {
  Value value;
  value.source_ = token.data();
  value.source_size_ = static_cast<std::uint32_t>(token.size());
  value.canonical_ = true;
  if (token == "null") return value;
  if (token == "true" || token == "false") {
    value.kind_ = Kind::boolean;
    value.payload_.integer = token == "true" ? 1 : 0;
    return value;
  }
  const auto number = scan_number(token);
  if (!number) return fail(bad("no JSON value", token.data()));
  if (number->is_integer()) {
    value.kind_ = Kind::integer;
    value.payload_.integer = *number->whole;
    return value;
  }
  value.kind_ = Kind::number;
  value.canonical_ = false;
  if (limits_.real_numbers || (limits_.integral_floats && number->is_integral_float())) return value;
  return fail(bad(number->is_minus_zero() ? "-0 is not allowed"
                  : number->is_plain()    ? "integer beyond 2^53 - 1"
                                       : "number with fraction or exponent where only integers are allowed",
                  token.data()));
}

Value TreeBuilder::array(std::size_t mark, std::string_view source) {
  const std::size_t count = items_.size() - mark;
  std::size_t expected = 2 + count - (count != 0 ? 1 : 0);  // brackets and commas
  bool canonical = true;
  for (std::size_t i = mark; i < items_.size(); ++i) {
    canonical = canonical && items_[i].canonical_;
    expected += items_[i].source_size_;
  }
  Value value;
  value.kind_ = Kind::array;
  value.source_ = source.data();
  value.source_size_ = static_cast<std::uint32_t>(source.size());
  value.size_ = static_cast<std::uint32_t>(count);
  value.canonical_ = canonical && expected == source.size();
  if (count != 0) {
    auto* block = reinterpret_cast<Value*>(allocate(count * sizeof(Value)));
    std::uninitialized_copy(items_.begin() + static_cast<std::ptrdiff_t>(mark), items_.end(), block);
    value.payload_.items = block;
    items_.resize(mark);
  }
  return value;
}

Result<Member> TreeBuilder::name(std::string_view key) {
  const auto literal = scan_string(key);
  if (!literal) return fail(bad("wrong name of a member", key.data()));
  const auto text = content(*literal);
  if (!text) return fail(text.error());
  return Member{*text, {}};
}

Result<Value> TreeBuilder::object(std::size_t mark, std::string_view source) {
  const std::size_t count = members_.size() - mark;
  std::size_t expected = 2 + count * 4 - (count != 0 ? 1 : 0);  // braces, quotes, colons and commas
  bool canonical = true;
  bool sorted = true;
  for (std::size_t i = mark; i < members_.size(); ++i) {
    const Member& member = members_[i];
    canonical = canonical && member.value.canonical_;
    expected += canonical_size(member.name) + member.value.source_size_;
    sorted = sorted && (i == mark || by_name(members_[i - 1], member));
  }
  Value value;
  value.kind_ = Kind::object;
  value.source_ = source.data();
  value.source_size_ = static_cast<std::uint32_t>(source.size());
  value.size_ = static_cast<std::uint32_t>(count);
  value.sorted_ = sorted;
  // An escape that canonical JSON would not write is longer than what it would: equal length, equal bytes.
  value.canonical_ = canonical && sorted && expected == source.size();
  if (count == 0) return value;

  const std::size_t order_bytes = sorted ? 0 : count * sizeof(std::uint32_t);
  std::byte* const memory = allocate(count * sizeof(Member) + order_bytes);
  auto* block = reinterpret_cast<Member*>(memory);
  std::uninitialized_copy(members_.begin() + static_cast<std::ptrdiff_t>(mark), members_.end(), block);
  value.payload_.members = block;
  members_.resize(mark);
  if (!sorted) BS_TRY(sort(value, reinterpret_cast<std::uint32_t*>(memory + count * sizeof(Member))));
  return value;
}

Result<void> TreeBuilder::sort(Value& object, std::uint32_t* order) const {
  const auto members = object.members();
  std::iota(order, order + members.size(), 0u);
  std::sort(order, order + members.size(),
            [&](std::uint32_t a, std::uint32_t b) { return by_name(members[a], members[b]); });
  for (std::size_t i = 1; i < members.size(); ++i) {
    const std::string_view name = members[order[i]].name;
    if (name != members[order[i - 1]].name) continue;
    const auto& later = members[std::max(order[i], order[i - 1])];
    return fail(
        bad(fmt::format("member \"{}\" stands there twice, the second time", escape_untrusted(name, 64)),
            later.value.source().data()));
  }
  return {};
}

}  // namespace boltseal::json
