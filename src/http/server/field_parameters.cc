#include "http/server/field_parameters.h"

#include "http/grammar.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kMaxParameters = 16;

std::string_view take_token(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_token_char(text[n])) ++n;
  const std::string_view token = text.substr(0, n);
  text.remove_prefix(n);
  return token;
}

/// `text` begins with the opening quote.
Result<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    if (c == '\\') {
      if (++i == text.size()) break;
      c = text[i];
      // Only what must be escaped may be: others mean a backslash of a Windows path, which readers take apart
      // differently.
      if (c != '"' && c != '\\') return fail(ErrorCode::bad_format, "a quoted value holds a stray backslash");
    }
    out += c;
  }
  return fail(ErrorCode::bad_format, "a quoted value does not end");
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

Result<std::pair<std::string, std::string>> take_parameter(std::string_view& text) {
  std::string name = lower_case(take_token(text));
  if (name.empty() || !text.starts_with('='))
    return fail(ErrorCode::bad_format, "a parameter is not name=value");
  text.remove_prefix(1);
  if (text.starts_with('"')) {
    std::string value = BS_TRY(take_quoted(text));
    return std::pair(std::move(name), std::move(value));
  }
  std::string value(take_token(text));
  if (value.empty()) return fail(ErrorCode::bad_format, "a parameter has no value");
  return std::pair(std::move(name), std::move(value));
}

}  // namespace

bool is_field_token(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    if (!is_token_char(c)) return false;
  }
  return true;
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Result<ParameterizedField> parse_parameters(std::string_view text) {
  ParameterizedField field;
  const std::size_t semicolon = text.find(';');
  field.value = trim_blanks(text.substr(0, semicolon));
  std::string_view rest = semicolon == std::string_view::npos ? std::string_view() : text.substr(semicolon);
  while (true) {
    rest = trim_blanks(rest);
    if (rest.empty()) return field;
    if (rest.front() != ';') return fail(ErrorCode::bad_format, "parameters are not separated by ';'");
    rest = trim_blanks(rest.substr(1));
    if (rest.empty()) return field;  // a final ';' is common
    if (field.parameters.size() == kMaxParameters) return fail(ErrorCode::bad_format, "too many parameters");
    auto parameter = BS_TRY(take_parameter(rest));
    for (const auto& [name, value] : field.parameters) {
      if (name == parameter.first) return fail(ErrorCode::bad_format, "a parameter is given twice");
    }
    field.parameters.push_back(std::move(parameter));
  }
}

}  // namespace boltseal::http
