#include "json/writer.h"

#include <fmt/core.h>

#include <cassert>
#include <string>

#include "base/bytes.h"

namespace boltseal::json {
namespace {

// Characters that hide, reorder or move what a person sees: the same as base/untrusted.cc escapes.
bool is_dangerous(std::uint32_t c) {
  return (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x061C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

struct Character {
  std::uint32_t code;
  std::size_t length;  // 0: not UTF-8
};

Character next_character(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size() || !is_utf8(text.substr(0, length))) return {0, 0};
  std::uint32_t code = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
  return {code, length};
}

void append_unit(std::string& out, std::uint32_t unit) {
  out += fmt::format("\\u{:04x}", unit);
}

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x10000) return append_unit(out, c);
  append_unit(out, 0xD800 + ((c - 0x10000) >> 10));
  append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
}

void append_ascii(std::string& out, char c, const WriterOptions& options) {
  const auto byte = static_cast<std::uint8_t>(c);
  const bool html = options.html_escape && (c == '<' || c == '>' || c == '&');
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (byte < 0x20 || html || (options.display_safe && byte == 0x7F)) {
    append_unit(out, byte);
  } else {
    out += c;
  }
}

}  // namespace

void append_string(std::string& out, std::string_view text, const WriterOptions& options) {
  out += '"';
  while (!text.empty()) {
    if (static_cast<std::uint8_t>(text[0]) < 0x80) {
      append_ascii(out, text[0], options);
      text.remove_prefix(1);
      continue;
    }
    const Character c = next_character(text);
    const std::size_t length = c.length == 0 ? 1 : c.length;
    const bool separator = c.code == 0x2028 || c.code == 0x2029;
    if (c.length == 0) {
      out += "\\ufffd";
    } else if (separator || (options.display_safe && is_dangerous(c.code))) {
      append_code_point(out, c.code);
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void Writer::new_line() {
  if (options_.indent.empty()) return;
  out_ += '\n';
  for (std::size_t i = 0; i < open_.size(); ++i) out_ += options_.indent;
}

void Writer::before_value() {
  if (after_name_) {
    after_name_ = false;
    return;
  }
  assert(open_.empty() ? out_.empty() : open_.back() == '[');
  if (open_.empty()) return;
  if (!first_) out_ += ',';
  new_line();
  first_ = false;
}

Writer& Writer::name(std::string_view text) {
  assert(!open_.empty() && open_.back() == '{' && !after_name_);
  if (!first_) out_ += ',';
  new_line();
  append_string(out_, text, options_);
  out_ += options_.indent.empty() ? ":" : ": ";
  first_ = false;
  after_name_ = true;
  return *this;
}

Writer& Writer::begin(char bracket) {
  before_value();
  out_ += bracket;
  open_.push_back(bracket);
  first_ = true;
  return *this;
}

Writer& Writer::end(char bracket) {
  assert(!open_.empty() && !after_name_ && (open_.back() == '{') == (bracket == '}'));
  open_.pop_back();
  if (!first_) new_line();
  out_ += bracket;
  first_ = false;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  before_value();
  append_string(out_, text, options_);
  return *this;
}
Writer& Writer::integer(std::int64_t number) { return raw(std::to_string(number)); }
Writer& Writer::boolean(bool truth) { return raw(truth ? "true" : "false"); }
Writer& Writer::null() { return raw("null"); }
Writer& Writer::raw(std::string_view json) {
  before_value();
  out_.append(json);
  return *this;
}

Writer& Writer::value(const Value& value) {
  switch (value.kind()) {
    case Kind::null:
      return null();
    case Kind::boolean:
      return boolean(value.as_bool());
    case Kind::integer:
    case Kind::number:
      return raw(value.as_number_text());
    case Kind::string:
      return string(value.as_string());
    case Kind::array:
      begin_array();
      for (const Value& item : value.items()) this->value(item);
      return end_array();
    case Kind::object:
      begin_object();
      for (const Member& member : value.members()) name(member.name).value(member.value);
      return end_object();
  }
  return *this;
}

std::string Writer::take() {
  assert(open_.empty() && !after_name_);
  if (!options_.indent.empty()) out_ += '\n';
  std::string out = std::move(out_);
  out_.clear();
  first_ = true;
  return out;
}

}  // namespace boltseal::json
