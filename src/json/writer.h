// Writes JSON text: API bodies, `--format json`, configuration. Not for what is signed: json/canonical.h.
//
//   Writer w({.indent = "  "});
//   w.begin_object().member("name", gun.str()).name("tags").begin_array();
//   for (const auto& tag : tags) w.string(tag);
//   w.end_array().end_object();
//   send(w.take());
//
// The caller keeps the grammar (a name before each member, each begin with its end): wrong use is a
// programming error and caught by assert. Not thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace boltseal::json {

struct WriterOptions {
  std::string_view indent = {};  ///< for each level ("  ", "\t"); empty = compact, on one line
  bool html_escape = false;      ///< `<` `>` `&` as \u003c \u003e \u0026, as Go's json.Marshal
  /// DEL, C1, bidi and zero-width characters as \uXXXX: safe on terminals (SECURITY rule 26). Off only
  /// where the bytes must be those of Go's encoder.
  bool display_safe = true;
};

class Writer {
 public:
  explicit Writer(WriterOptions options = {}) : options_(options) {}

  Writer& begin_object() { return begin('{'); }
  Writer& end_object() { return end('}'); }
  Writer& begin_array() { return begin('['); }
  Writer& end_array() { return end(']'); }
  Writer& name(std::string_view text);

  /// C0 is always escaped, as are U+2028 and U+2029; invalid UTF-8 becomes U+FFFD.
  Writer& string(std::string_view text);
  Writer& integer(std::int64_t number);
  Writer& boolean(bool truth);
  Writer& null();
  /// JSON text as it stands (compact; the caller vouches for it).
  Writer& raw(std::string_view json);
  /// A value that was read, written anew under these options.
  Writer& value(const Value& value);

  // A name and its value.
  Writer& member(std::string_view key, std::string_view text) { return name(key).string(text); }
  Writer& member(std::string_view key, const char* text) { return name(key).string(text); }
  Writer& member(std::string_view key, const std::string& text) { return name(key).string(text); }
  Writer& member(std::string_view key, std::int64_t number) { return name(key).integer(number); }
  Writer& member(std::string_view key, int number) { return name(key).integer(number); }
  Writer& member(std::string_view key, bool truth) { return name(key).boolean(truth); }

  /// What was written; indented text ends with a newline. The writer is empty afterwards.
  std::string take();
  const std::string& text() const { return out_; }

 private:
  Writer& begin(char bracket);
  Writer& end(char bracket);
  void before_value();
  void new_line();

  WriterOptions options_;
  std::string out_;
  std::vector<char> open_;  // brackets that are open
  bool first_ = true;       // nothing in the innermost container yet
  bool after_name_ = false;
};

/// Appends a JSON string literal (quotes included) under the options.
void append_string(std::string& out, std::string_view text, const WriterOptions& options);

}  // namespace boltseal::json
