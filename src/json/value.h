// A JSON value as a view into a Document: no copy of the text, no allocation of its own.
//
// Values are small (24 bytes), copied freely and valid as long as the Document (json/reader.h) that made
// them. Immutable, so safe to read from several threads. Strings are UTF-8; they may hold NUL where the
// text had \u0000: whoever takes a name from them decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace boltseal::json {

/// `integer`: an integer literal within ±(2^53 - 1). `number`: any other number; it exists only when the
/// ReadLimits admit it, and is never an integer for as_int() or Fields, not even 1.0.
enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

std::string_view name_of(Kind kind);  ///< "object"

struct Member;

/// The accessors of another kind than kind() give the neutral value (false, 0, empty): check kind() first,
/// or read through Fields (json/fields.h), which does and says what is wrong.
class Value {
 public:
  Value() = default;  ///< null, without source

  Kind kind() const { return static_cast<Kind>(kind_); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_integer() const { return kind() == Kind::integer; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_object() const { return kind() == Kind::object; }

  bool as_bool() const { return is(Kind::boolean) && payload_.integer != 0; }
  std::int64_t as_int() const { return is(Kind::integer) ? payload_.integer : 0; }
  /// Unescaped.
  std::string_view as_string() const {
    return is(Kind::string) ? std::string_view(payload_.text, size_) : std::string_view();
  }
  /// The literal of an integer or a number as it stands in the text.
  std::string_view as_number_text() const {
    return is(Kind::integer) || is(Kind::number) ? source() : std::string_view();
  }
  std::span<const Value> items() const;     ///< of an array, in order
  std::span<const Member> members() const;  ///< of an object, in the order of the text; names are unique
  /// Member of an object by its unescaped name, in O(log n); nullptr where there is none.
  const Value* find(std::string_view name) const;

  /// The bytes of the text from the first to the last of this value, without surrounding white space.
  std::string_view source() const { return {source_, source_size_}; }
  /// True when source() is the canonical form of this value already (both dialects): hash source() then.
  bool source_is_canonical() const { return canonical_ != 0; }
  /// Indices of members() in byte order of the names; empty when members() are in that order already.
  std::span<const std::uint32_t> sorted_order() const;

 private:
  friend class TreeBuilder;
  friend class Document;
  static constexpr std::uint32_t kLargestSize = (1u << 27) - 1;

  union Payload {
    std::int64_t integer;
    const char* text;
    const Value* items;
    const Member* members;
  };
  bool is(Kind kind) const { return kind_ == static_cast<std::uint32_t>(kind); }
  Value(Kind kind, std::string_view source, std::size_t size, bool canonical)
      : source_(source.data()),
        source_size_(static_cast<std::uint32_t>(source.size())),
        size_(static_cast<std::uint32_t>(size) & kLargestSize),
        kind_(static_cast<std::uint32_t>(kind) & 7u),
        canonical_(canonical ? 1u : 0u) {}

  const char* source_ = nullptr;
  Payload payload_ = {0};
  std::uint32_t source_size_ = 0;
  std::uint32_t size_ : 27 = 0;  // bytes of a string, items of an array, members of an object
  std::uint32_t kind_ : 3 = 0;
  std::uint32_t unsorted_ : 1 = 0;  // of an object: the order (uint32 per member) follows the members
  std::uint32_t canonical_ : 1 = 0;
};

/// One member of an object; `name` is unescaped.
struct Member {
  std::string_view name;
  Value value;
};

inline std::span<const Value> Value::items() const {
  if (!is(Kind::array) || size_ == 0) return {};
  return {payload_.items, size_};
}
inline std::span<const Member> Value::members() const {
  if (!is(Kind::object) || size_ == 0) return {};
  return {payload_.members, size_};
}

static_assert(sizeof(Value) == 24);

}  // namespace boltseal::json
