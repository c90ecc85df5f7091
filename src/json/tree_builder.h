// Builds the tree of a Document; used by json/reader.cc alone, which drives it from simdjson's events.
// Children of a container are gathered on a stack and moved into the arena when it closes, so that they lie
// side by side and no node is allocated on its own. Functions that may refuse return false and leave the
// reason in error(): a Result for each of a million nodes would cost more than reading them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/reader.h"
#include "json/string_literal.h"

namespace boltseal::json {

class TreeBuilder {
 public:
  TreeBuilder(Document& document, const ReadLimits& limits) : document_(document), limits_(limits) {}

  /// Counts one value; limit_exceeded.
  bool count(const char* where) { return ++nodes_ <= limits_.nodes || refuse_count(where); }
  /// A container at nesting `depth` (1 = the root); bad_format when too deep.
  bool enter(std::size_t depth, const char* where) { return depth <= limits_.depth || refuse_depth(where); }

  /// `token` is the literal, quotes included.
  bool string(std::string_view token, Value& out);
  /// null, true, false or a number.
  bool scalar(std::string_view token, Value& out);

  std::size_t item_mark() const { return items_.size(); }
  void add_item(const Value& value) { items_.push_back(value); }
  /// Makes an array of what was added since `mark`.
  void array(std::size_t mark, std::string_view source, Value& out);

  std::size_t member_mark() const { return members_.size(); }
  /// `key` starts at the opening quote of the name and reaches to the end of the text.
  bool name(std::string_view key, std::string_view& out);
  void add_member(const Member& member) { members_.push_back(member); }
  /// Makes an object of what was added since `mark`; bad_format for a name that stands there twice.
  bool object(std::size_t mark, std::string_view source, Value& out);

  /// bad_format "JSON: <problem> at byte N"; always false.
  bool refuse(std::string_view problem, const char* where);
  Error take_error();

 private:
  std::byte* allocate(std::size_t bytes);
  bool refuse_count(const char* where);
  bool refuse_depth(const char* where);
  bool content(const StringLiteral& literal, std::string_view& out);
  bool sort(const Value& object, std::uint32_t* order);
  std::size_t offset(const char* where) const {
    return static_cast<std::size_t>(where - document_.text_.data());
  }

  Document& document_;
  const ReadLimits& limits_;
  std::vector<Value> items_;
  std::vector<Member> members_;
  std::optional<Error> error_;
  std::size_t nodes_ = 0;
  std::byte* free_ = nullptr;
  std::size_t free_bytes_ = 0;
};

}  // namespace boltseal::json
