#include "json/reader.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>

#include "json/tree_builder.h"

namespace boltseal::json {
namespace {

namespace od = simdjson::ondemand;

static_assert(Document::kPadding >= simdjson::SIMDJSON_PADDING);

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trim_right(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// simdjson's on-demand looks only at what is walked: this walks everything, judges every literal itself,
// and takes from the library the structure, UTF-8 and control characters alone. Accessors that throw are
// never used.
class Walker {
 public:
  Walker(std::string_view text, od::document& document, TreeBuilder& builder)
      : text_(text), document_(document), builder_(builder) {}

  bool root(Value& out) {
    if (!builder_.count(text_.data())) return false;
    const auto first =
        static_cast<std::size_t>(std::find_if_not(text_.begin(), text_.end(), is_space) - text_.begin());
    if (first == text_.size()) return builder_.refuse("empty text", text_.data());
    const std::string_view body = trim_right(text_.substr(first));
    if (body[0] == '"') return builder_.string(body, out);
    if (body[0] != '{' && body[0] != '[') return builder_.scalar(body, out);

    if (body[0] == '{' ? !object(document_.get_object(), 1, body.data(), out)
                       : !array(document_.get_array(), 1, body.data(), out)) {
      return false;
    }
    const char* after = nullptr;
    if (document_.current_location().get(after) == simdjson::OUT_OF_BOUNDS) return true;
    return builder_.refuse("bytes after the end of the value", after == nullptr ? text_.data() : after);
  }

 private:
  bool value(od::value& in, std::size_t depth, Value& out) {
    const std::string_view token = trim_right(in.raw_json_token());
    if (!builder_.count(token.data())) return false;
    switch (token.empty() ? '\0' : token[0]) {
      case '{':
        return object(in.get_object(), depth, token.data(), out);
      case '[':
        return array(in.get_array(), depth, token.data(), out);
      case '"': {
        // Consumed, since the library would take a skipped string before a ':' for a name.
        if (const auto code = in.get_raw_json_string().error(); code != simdjson::SUCCESS)
          return broken(code);
        return builder_.string(token, out);
      }
      default:
        return builder_.scalar(token, out);
    }
  }

  bool array(simdjson::simdjson_result<od::array> started, std::size_t depth, const char* begin, Value& out) {
    if (!builder_.enter(depth, begin)) return false;
    od::array items;
    if (const auto code = std::move(started).get(items); code != simdjson::SUCCESS) return broken(code);
    const std::size_t mark = builder_.item_mark();
    for (auto entry : items) {
      od::value item;
      if (const auto code = std::move(entry).get(item); code != simdjson::SUCCESS) return broken(code);
      Value child;
      if (!value(item, depth + 1, child)) return false;
      builder_.add_item(child);
    }
    builder_.array(mark, closed(begin), out);
    return true;
  }

  bool object(simdjson::simdjson_result<od::object> started, std::size_t depth, const char* begin,
              Value& out) {
    if (!builder_.enter(depth, begin)) return false;
    od::object members;
    if (const auto code = std::move(started).get(members); code != simdjson::SUCCESS) return broken(code);
    const std::size_t mark = builder_.member_mark();
    for (auto entry : members) {
      od::field field;
      if (const auto code = std::move(entry).get(field); code != simdjson::SUCCESS) return broken(code);
      const auto offset = static_cast<std::size_t>(field.key().raw() - 1 - text_.data());
      Member member;
      if (!builder_.name(text_.substr(offset), member.name)) return false;
      if (!value(field.value(), depth + 1, member.value)) return false;
      builder_.add_member(member);
    }
    return builder_.object(mark, closed(begin), out);
  }

  // The source of a container that was walked to its end: from `begin` to the bracket before the next token.
  std::string_view closed(const char* begin) {
    const char* after = nullptr;
    if (document_.current_location().get(after) != simdjson::SUCCESS) after = text_.data() + text_.size();
    return trim_right({begin, static_cast<std::size_t>(after - begin)});
  }

  bool broken(simdjson::error_code code) {
    const char* where = nullptr;
    if (document_.current_location().get(where) != simdjson::SUCCESS) where = text_.data() + text_.size();
    return builder_.refuse(describe(code), where);
  }

 public:
  static std::string_view describe(simdjson::error_code code) {
    switch (code) {
      case simdjson::EMPTY:
        return "empty text";
      case simdjson::UTF8_ERROR:
        return "invalid UTF-8";
      case simdjson::UNESCAPED_CHARS:
        return "control character in a string";
      case simdjson::UNCLOSED_STRING:
        return "string without end";
      case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "object or array without end";
      default:
        return "wrong syntax";
    }
  }

 private:
  std::string_view text_;
  od::document& document_;
  TreeBuilder& builder_;
};

}  // namespace

Result<Document> Document::parse(std::string text, const ReadLimits& limits) {
  if (text.size() > std::min<std::size_t>(limits.bytes, Value::kLargestSize)) {
    return fail(ErrorCode::limit_exceeded,
                fmt::format("JSON: {} bytes where at most {} are allowed", text.size(),
                            std::min<std::size_t>(limits.bytes, Value::kLargestSize)));
  }
  Document out;
  out.text_ = std::move(text);
  out.text_.reserve(out.text_.size() + kPadding);

  TreeBuilder builder(out, limits);
  od::parser parser;
  od::document document;
  const char* const begin = out.text_.data();
  const simdjson::padded_string_view padded(begin, out.text_.size(), out.text_.capacity());
  const auto code = parser.iterate(padded).get(document);
  if (code == simdjson::MEMALLOC) return fail(ErrorCode::limit_exceeded, "JSON: no memory for the text");
  const bool read = out.text_.starts_with("\xEF\xBB\xBF") ? builder.refuse("byte order mark", begin)
                    : code != simdjson::SUCCESS           ? builder.refuse(Walker::describe(code), begin)
                                                : Walker(out.text_, document, builder).root(out.root_);
  if (!read) return fail(builder.take_error());
  return out;
}

}  // namespace boltseal::json
