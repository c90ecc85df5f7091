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

bool TreeBuilder::refuse(std::string_view problem, const char* where) {
  error_.emplace(ErrorCode::bad_format, fmt::format("JSON: {} at byte {}", problem, offset(where)));
  return false;
}

bool TreeBuilder::refuse_count(const char* where) {
  error_.emplace(ErrorCode::limit_exceeded,
                 fmt::format("JSON: more than {} values at byte {}", limits_.nodes, offset(where)));
  return false;
}

bool TreeBuilder::refuse_depth(const char* where) {
  return refuse(fmt::format("nested deeper than {}", limits_.depth), where);
}

Error TreeBuilder::take_error() {
  if (!error_) return Error(ErrorCode::internal, "JSON: refused without a reason");
  return *std::move(error_);
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

bool TreeBuilder::content(const StringLiteral& literal, std::string_view& out) {
  if (!literal.escaped) {
    out = literal.content;
    return true;
  }
  auto* text = reinterpret_cast<char*>(allocate(literal.content.size()));
  const auto size = unescape(literal.content, text);
  if (!size) return refuse("wrong escape in a string", literal.content.data());
  out = std::string_view(text, *size);
  return true;
}

bool TreeBuilder::string(std::string_view token, Value& out) {
  const auto literal = scan_string(token);
  if (!literal || literal->content.size() + 2 != token.size()) return refuse("wrong string", token.data());
  std::string_view text;
  if (!content(*literal, text)) return false;
  out = Value(Kind::string, token, text.size(), literal->canonical);
  out.payload_.text = text.data();
  return true;
}

bool TreeBuilder::scalar(std::string_view token, Value& out) {
  if (token == "null") {
    out = Value(Kind::null, token, 0, true);
    return true;
  }
  if (token == "true" || token == "false") {
    out = Value(Kind::boolean, token, 0, true);
    out.payload_.integer = token == "true" ? 1 : 0;
    return true;
  }
  const auto number = scan_number(token);
  if (!number) return refuse("no JSON value", token.data());
  if (number->is_integer()) {
    out = Value(Kind::integer, token, 0, true);
    out.payload_.integer = *number->whole;
    return true;
  }
  out = Value(Kind::number, token, 0, false);
  if (limits_.real_numbers || (limits_.integral_floats && number->is_integral_float())) return true;
  return refuse(number->is_minus_zero() ? "-0 is not allowed"
                : number->is_plain()    ? "integer beyond 2^53 - 1"
                                        : "number with fraction or exponent where only integers are allowed",
                token.data());
}

void TreeBuilder::array(std::size_t mark, std::string_view source, Value& out) {
  const std::size_t count = items_.size() - mark;
  std::size_t expected = 2 + count - (count != 0 ? 1 : 0);  // brackets and commas
  bool canonical = true;
  for (std::size_t i = mark; i < items_.size(); ++i) {
    canonical = canonical && items_[i].source_is_canonical();
    expected += items_[i].source_size_;
  }
  out = Value(Kind::array, source, count, canonical && expected == source.size());
  if (count == 0) return;
  auto* block = reinterpret_cast<Value*>(allocate(count * sizeof(Value)));
  std::uninitialized_copy(items_.begin() + static_cast<std::ptrdiff_t>(mark), items_.end(), block);
  out.payload_.items = block;
  items_.resize(mark);
}

bool TreeBuilder::name(std::string_view key, std::string_view& out) {
  const auto literal = scan_string(key);
  if (!literal) return refuse("wrong name of a member", key.data());
  return content(*literal, out);
}

bool TreeBuilder::object(std::size_t mark, std::string_view source, Value& out) {
  const std::size_t count = members_.size() - mark;
  std::size_t expected = 2 + count * 4 - (count != 0 ? 1 : 0);  // braces, quotes, colons and commas
  bool canonical = true;
  bool sorted = true;
  for (std::size_t i = mark; i < members_.size(); ++i) {
    const Member& member = members_[i];
    canonical = canonical && member.value.source_is_canonical();
    expected += canonical_size(member.name) + member.value.source_size_;
    sorted = sorted && (i == mark || by_name(members_[i - 1], member));
  }
  // An escape that canonical JSON would not write is longer than what it would: equal length, equal bytes.
  out = Value(Kind::object, source, count, canonical && sorted && expected == source.size());
  if (count == 0) return true;

  const std::size_t order_bytes = sorted ? 0 : count * sizeof(std::uint32_t);
  std::byte* const memory = allocate(count * sizeof(Member) + order_bytes);
  auto* block = reinterpret_cast<Member*>(memory);
  std::uninitialized_copy(members_.begin() + static_cast<std::ptrdiff_t>(mark), members_.end(), block);
  out.payload_.members = block;
  members_.resize(mark);
  if (sorted) return true;
  out.unsorted_ = 1;
  return sort(out, reinterpret_cast<std::uint32_t*>(memory + count * sizeof(Member)));
}

bool TreeBuilder::sort(const Value& object, std::uint32_t* order) {
  const auto members = object.members();
  std::iota(order, order + members.size(), 0u);
  std::sort(order, order + members.size(),
            [&](std::uint32_t a, std::uint32_t b) { return by_name(members[a], members[b]); });
  for (std::size_t i = 1; i < members.size(); ++i) {
    const std::string_view name = members[order[i]].name;
    if (name != members[order[i - 1]].name) continue;
    const auto& later = members[std::max(order[i], order[i - 1])];
    return refuse(
        fmt::format("member \"{}\" stands there twice, the second time", escape_untrusted(name, 64)),
        later.value.source().data());
  }
  return true;
}

}  // namespace boltseal::json
