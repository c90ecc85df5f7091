// The one JSON reader: strict, bounded, keeps source spans (TUF.md 4; RFC 8259).
//
// Refused as bad_format, with the byte offset: anything that is not one JSON text (trailing bytes, BOM,
// raw control characters in strings, invalid UTF-8, lone surrogates, NaN), two members of one object with
// the same name after unescaping, nesting beyond `depth`, and numbers that two readers may read
// differently: fractions, exponents, -0, integers beyond ±(2^53 - 1).
// Refused as limit_exceeded: more than `bytes` or `nodes`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "json/value.h"

namespace boltseal::json {

struct ReadLimits {
  std::size_t bytes = limits::kConfigBytes;
  std::size_t depth = limits::kJsonDepth;  ///< containers within containers; the root is the first
  std::size_t nodes = limits::kJsonNodes;  ///< values of every kind
  /// Notary's `custom` data: also admits fractions that are all zeros (1.0) as Kind::number; the Notary
  /// dialect of canonical() prints them as integers. Exponents, -0 and -0.0 stay refused.
  bool integral_floats = false;
  /// Configuration and bodies of foreign APIs: admits every JSON number; those that are no plain integer
  /// are Kind::number, known by their text alone.
  bool real_numbers = false;
};

/// Owns the text and the tree. Movable (Values stay valid); a Document moved from may only be destroyed or
/// assigned to. Reading from several threads is safe.
class Document {
 public:
  /// Takes the text over; it is not copied when its capacity exceeds its size by kPadding bytes.
  static Result<Document> parse(std::string text, const ReadLimits& limits);

  const Value& root() const { return root_; }
  const std::string& text() const { return text_; }

  /// Spare capacity that a buffer needs behind the text to be taken over without a copy.
  static constexpr std::size_t kPadding = 64;

 private:
  friend class TreeBuilder;
  Document() = default;

  std::string text_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  Value root_;
};

}  // namespace boltseal::json
