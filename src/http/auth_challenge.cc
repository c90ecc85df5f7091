#include "http/auth_challenge.h"

#include <algorithm>

#include "base/untrusted.h"
#include "http/grammar.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kMaxFieldBytes = 16 * 1024;
constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxParameters = 64;

bool is_token68_char(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return std::string_view("-._~+/").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Recursive descent over one field value. A word after a comma is a parameter when '=' follows, else the
/// scheme of the next challenge.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Challenge>> run() {
    skip_separators();
    while (!at_end()) {
      if (out_.size() == kMaxChallenges) return wrong("has too many challenges");
      BS_TRY(challenge());
      skip_separators();
    }
    return std::move(out_);
  }

 private:
  bool at_end() const { return pos_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t') ++pos_;
  }
  void skip_separators() {
    while (peek() == ' ' || peek() == '\t' || peek() == ',') ++pos_;
  }
  std::string_view token() {
    const auto begin = pos_;
    while (!at_end() && is_token_char(text_[pos_])) ++pos_;
    return text_.substr(begin, pos_ - begin);
  }
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::bad_response,
                "WWW-Authenticate " + std::string(what) + ": \"" + escape_untrusted(text_) + "\"");
  }

  Result<void> challenge() {
    const auto scheme = token();
    if (scheme.empty()) return wrong("has no scheme");
    out_.emplace_back().scheme = lower(scheme);
    if (at_end() || peek() == ',') return {};
    if (peek() != ' ' && peek() != '\t') return wrong("has bad characters");
    skip_space();
    if (take_token68()) return {};
    for (;;) {
      BS_TRY(parameter());
      skip_space();
      if (at_end()) return {};
      if (peek() != ',') return wrong("lacks a comma");
      skip_separators();
      if (at_end() || !parameter_follows()) return {};
    }
  }

  /// Token68 stands alone up to a comma or the end, with nothing but '=' after its characters.
  bool take_token68() {
    auto end = pos_;
    while (end < text_.size() && is_token68_char(text_[end])) ++end;
    const auto body = end;
    while (end < text_.size() && text_[end] == '=') ++end;
    auto after = end;
    while (after < text_.size() && (text_[after] == ' ' || text_[after] == '\t')) ++after;
    if (body == pos_ || (after < text_.size() && text_[after] != ',')) return false;
    out_.back().token68 = text_.substr(pos_, end - pos_);
    pos_ = after;
    return true;
  }

  bool parameter_follows() const {
    auto at = pos_;
    while (at < text_.size() && is_token_char(text_[at])) ++at;
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
    return at < text_.size() && text_[at] == '=';
  }

  Result<void> parameter() {
    auto name = lower(token());
    skip_space();
    if (name.empty() || peek() != '=') return wrong("has a parameter without value");
    ++pos_;
    skip_space();
    std::string value;
    if (peek() == '"') {
      value = BS_TRY(quoted());
    } else {
      value = token();
      if (value.empty()) return wrong("has an empty parameter");
    }
    auto& parameters = out_.back().parameters;
    if (out_.back().find(name) != nullptr) return wrong("names a parameter twice");
    if (parameters.size() == kMaxParameters) return wrong("has too many parameters");
    parameters.emplace_back(std::move(name), std::move(value));
    return {};
  }

  Result<std::string> quoted() {
    ++pos_;
    std::string value;
    while (!at_end()) {
      char c = text_[pos_++];
      if (c == '"') return value;
      if (c == '\\') {
        if (at_end()) break;
        c = text_[pos_++];
      }
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
        return wrong("has control characters");
      value += c;
    }
    return wrong("has an open quote");
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  std::vector<Challenge> out_;
};

}  // namespace

const std::string* Challenge::find(std::string_view lower_case_name) const {
  for (const auto& [name, value] : parameters) {
    if (name == lower_case_name) return &value;
  }
  return nullptr;
}

Result<std::vector<Challenge>> parse_challenges(std::string_view field_value) {
  if (field_value.size() > kMaxFieldBytes)
    return fail(ErrorCode::bad_response, "WWW-Authenticate is too long");
  return Parser(field_value).run();
}

std::string write_challenge(std::string_view scheme,
                            const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out(scheme);
  char separator = ' ';
  for (const auto& [name, value] : parameters) {
    out += separator;
    out += name;
    out += "=\"";
    for (const char c : value) {
      if (c < 0x20 || c >= 0x7f) continue;
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
    separator = ',';
  }
  return out;
}

}  // namespace boltseal::http
