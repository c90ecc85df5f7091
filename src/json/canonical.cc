#include "json/canonical.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "json/number.h"

namespace boltseal::json {
namespace {

constexpr std::size_t kBlock = 16 * 1024;

class CanonicalWriter {
 public:
  CanonicalWriter(std::string& out, Dialect dialect, Sink* sink)
      : out_(out), dialect_(dialect), sink_(sink) {}

  Result<void> write(const Value& value) {
    if (value.source_is_canonical()) return put(value.source());
    switch (value.kind()) {
      case Kind::null:
        return put("null");
      case Kind::boolean:
        return put(value.as_bool() ? "true" : "false");
      case Kind::integer:
        return put(std::to_string(value.as_int()));
      case Kind::number:
        return number(value.as_number_text());
      case Kind::string:
        append_canonical_string(out_, value.as_string());
        return spill();
      case Kind::array:
        return array(value);
      case Kind::object:
        return object(value);
    }
    return fail(ErrorCode::internal, "JSON value of no kind");
  }

  void flush() {
    if (sink_ == nullptr || out_.empty()) return;
    sink_->write(out_);
    out_.clear();
  }

 private:
  Result<void> put(std::string_view bytes) {
    if (sink_ != nullptr && bytes.size() >= kBlock) {  // large pieces need no copy
      flush();
      sink_->write(bytes);
      return {};
    }
    out_.append(bytes);
    return spill();
  }

  Result<void> spill() {
    if (out_.size() >= kBlock) flush();
    return {};
  }

  Result<void> number(std::string_view text) {
    const auto literal = scan_number(text);
    if (dialect_ == Dialect::notary && literal && literal->is_integral_float()) {
      return put(std::to_string(*literal->whole));
    }
    return fail(ErrorCode::bad_format, "JSON: a number that is no integer has no canonical form");
  }

  Result<void> array(const Value& value) {
    out_ += '[';
    bool first = true;
    for (const Value& item : value.items()) {
      if (!first) out_ += ',';
      first = false;
      BS_TRY(write(item));
    }
    return put("]");
  }

  Result<void> object(const Value& value) {
    const auto members = value.members();
    const auto order = value.sorted_order();
    out_ += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Member& member = members[order.empty() ? i : order[i]];
      if (i != 0) out_ += ',';
      append_canonical_string(out_, member.name);
      out_ += ':';
      BS_TRY(write(member.value));
    }
    return put("}");
  }

  std::string& out_;
  Dialect dialect_;
  Sink* sink_;
};

}  // namespace

Result<void> append_canonical(std::string& out, const Value& value, Dialect dialect) {
  return CanonicalWriter(out, dialect, nullptr).write(value);
}

Result<std::string> canonical(const Value& value, Dialect dialect) {
  std::string out;
  out.reserve(value.source().size());
  BS_TRY(append_canonical(out, value, dialect));
  return out;
}

Result<void> canonical(const Value& value, Dialect dialect, Sink& sink) {
  std::string buffer;
  CanonicalWriter writer(buffer, dialect, &sink);
  BS_TRY(writer.write(value));
  writer.flush();
  return {};
}

void append_canonical_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of("\"\\"), text.size());
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    out += '\\';
    out += text[plain];
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

std::string go_wire(std::string_view canonical_text) {
  std::string out;
  out.reserve(canonical_text.size() + 16);
  for (std::size_t i = 0; i < canonical_text.size(); ++i) {
    const char c = canonical_text[i];
    const auto byte = static_cast<std::uint8_t>(c);
    const std::string_view three = canonical_text.substr(i, 3);
    if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", byte);
    } else if (three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9") {
      out += three[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace boltseal::json
