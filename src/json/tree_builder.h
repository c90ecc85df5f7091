// Builds the tree of a Document; used by json/reader.cc alone, which drives it from simdjson's events.
// Children of a container are gathered on a stack and moved into the arena when it closes, so that they lie
// side by side and no node is allocated on its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/reader.h"
#include "json/string_literal.h"

namespace boltseal::json {

class TreeBuilder {
 public:
  TreeBuilder(Document& document, const ReadLimits& limits) : document_(document), limits_(limits) {}

  /// Counts one value; limit_exceeded.
  Result<void> count(const char* where);
  /// A container at nesting `depth` (1 = the root); bad_format when too deep.
  Result<void> enter(std::size_t depth, const char* where) const;

  /// `token` is the literal, quotes included.
  Result<Value> string(std::string_view token);
  /// null, true, false or a number.
  Result<Value> scalar(std::string_view token);

  std::size_t item_mark() const { return items_.size(); }
  void add_item(const Value& value) { items_.push_back(value); }
  /// Makes an array of what was added since `mark`.
  Value array(std::size_t mark, std::string_view source);

  std::size_t member_mark() const { return members_.size(); }
  /// `key` starts at the opening quote of the name and reaches to the end of the text.
  Result<Member> name(std::string_view key);
  void add_member(const Member& member) { members_.push_back(member); }
  /// Makes an object of what was added since `mark`; bad_format for a name that stands there twice.
  Result<Value> object(std::size_t mark, std::string_view source);

  /// bad_format "JSON: <problem> at byte N".
  Error bad(std::string_view problem, const char* where) const;

 private:
  std::byte* allocate(std::size_t bytes);
  Result<std::string_view> content(const StringLiteral& literal);
  Result<void> sort(Value& object, std::uint32_t* order) const;
  std::size_t offset(const char* where) const {
    return static_cast<std::size_t>(where - document_.text_.data());
  }

  Document& document_;
  const ReadLimits& limits_;
  std::vector<Value> items_;
  std::vector<Member> members_;
  std::size_t nodes_ = 0;
  std::byte* free_ = nullptr;
  std::size_t free_bytes_ = 0;
};

}  // namespace boltseal::json
