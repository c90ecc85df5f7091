// Canonical JSON: the bytes that TUF signatures are made over (TUF.md 4, NOTARY-SERVER.md 7.1).
//
// No white space, members sorted by the UTF-8 bytes of their names, integers in decimal. In strings only
// `\` and `"` are escaped; every other byte is itself, control characters too, so the result need not be
// valid JSON. The dialects (securesystemslib's "OLPC" and Notary's docker/go) differ in numbers alone:
// Notary prints 1.0 as 1.
// All functions are pure and thread safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace boltseal::json {

enum class Dialect : std::uint8_t { olpc, notary };

/// Takes bytes in order, for hashing or sending; called with blocks of some kilobytes.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view bytes) = 0;
};

/// bad_format where the value holds a number that has no canonical form in the dialect: impossible for
/// documents read without `integral_floats` and `real_numbers`.
Result<std::string> canonical(const Value& value, Dialect dialect);
Result<void> canonical(const Value& value, Dialect dialect, Sink& sink);
/// Appends to `out`; on an error `out` holds a part.
Result<void> append_canonical(std::string& out, const Value& value, Dialect dialect);

/// A string literal in canonical form, quotes included.
void append_canonical_string(std::string& out, std::string_view text);

/// What Go's json.Marshal makes of canonical text on the wire: `<` `>` `&` U+2028 U+2029 as \u003c \u003e
/// \u0026 \u2028 \u2029. Raw control characters (which Go refuses) become \u00XX, so the result is valid
/// JSON always and has the same canonical form.
std::string go_wire(std::string_view canonical_text);

}  // namespace boltseal::json
