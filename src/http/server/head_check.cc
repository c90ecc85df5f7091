#include "http/server/head_check.h"

#include "http/grammar.h"
#include "http/server/field_parameters.h"
#include "http/server/request.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kMaxDigits = 18;

bool is_token(std::string_view text) {
  for (char c : text) {
    if (!is_token_char(c)) return false;
  }
  return !text.empty();
}

bool has_control(std::string_view text, bool tabs) {
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && !(tabs && byte == '\t')) || byte == 0x7f) return true;
  }
  return false;
}

/// Fields that decide about framing and addressing, collected over the whole head.
struct Collected {
  HeadFacts facts;
  std::size_t hosts = 0;
  std::size_t transfer_encodings = 0;

  void refuse(int status, std::string_view reason) {
    if (facts.refuse == 0) {
      facts.refuse = status;
      facts.reason = reason;
    }
  }

  void content_length(std::string_view value) {
    if (facts.content_length) return refuse(400, "several Content-Length");
    if (value.empty() || value.size() > kMaxDigits) return refuse(400, "bad Content-Length");
    std::uint64_t length = 0;
    for (char c : value) {
      if (c < '0' || c > '9') return refuse(400, "bad Content-Length");
      length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    facts.content_length = length;
  }

  void field(std::string_view name, std::string_view value) {
    // Most fields are told apart by the length of their name alone.
    switch (name.size()) {
      case 4:
        if (!equal_ignoring_case(name, "Host")) return;
        ++hosts;
        if (!is_host(value)) refuse(400, "bad Host");
        return;
      case 6:
        if (!equal_ignoring_case(name, "Expect")) return;
        if (!equal_ignoring_case(value, "100-continue")) refuse(417, "unknown expectation");
        facts.expects_continue = true;
        return;
      case 14:
        if (equal_ignoring_case(name, "Content-Length")) content_length(value);
        return;
      case 17:
        if (!equal_ignoring_case(name, "Transfer-Encoding")) return;
        ++transfer_encodings;
        if (!equal_ignoring_case(value, "chunked")) refuse(400, "unsupported transfer coding");
        facts.chunked = true;
        return;
      default:
        return;
    }
  }

  void line(std::string_view text) {
    if (text.front() == ' ' || text.front() == '\t') return refuse(400, "folded header line");
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return refuse(400, "header line without colon");
    const std::string_view name = text.substr(0, colon);
    if (!is_token(name)) return refuse(400, "bad header name");
    const std::string_view value = trim_blanks(text.substr(colon + 1));
    if (has_control(value, true)) return refuse(400, "control character in a header");
    field(name, value);
  }

  void whole(std::string_view request_line) {
    const bool http10 = request_line.ends_with(" HTTP/1.0");
    if (hosts > 1) refuse(400, "several Host");
    if (hosts == 0 && !http10) refuse(400, "missing Host");
    if (transfer_encodings > 1) refuse(400, "several Transfer-Encoding");
    if (transfer_encodings > 0 && http10) refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (transfer_encodings > 0 && facts.content_length) refuse(400, "Transfer-Encoding with Content-Length");
    if (http10) facts.expects_continue = false;
  }
};

/// Cuts the first line off, without its CRLF; false when a CR or LF stands alone.
bool take_line(std::string_view& rest, std::string_view& line) {
  const std::size_t lf = rest.find('\n');
  if (lf == std::string_view::npos || lf == 0 || rest[lf - 1] != '\r') return false;
  line = rest.substr(0, lf - 1);
  rest.remove_prefix(lf + 1);
  return line.find('\r') == std::string_view::npos;
}

}  // namespace

bool is_host(std::string_view text) {
  for (char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.' || c == '_' || c == ':' || c == '[' || c == ']';
    if (!good) return false;
  }
  return !text.empty();
}

HeadFacts check_head(std::string_view head, std::size_t max_fields) {
  Collected collected;
  std::string_view request_line;
  if (!take_line(head, request_line) || request_line.empty() || has_control(request_line, false)) {
    collected.refuse(400, "bad request line");
    return collected.facts;
  }
  std::size_t fields = 0;
  while (collected.facts.refuse == 0) {
    std::string_view line;
    if (!take_line(head, line)) {
      collected.refuse(400, "CR or LF alone");
      break;
    }
    if (line.empty()) break;
    if (++fields > max_fields) {
      collected.refuse(431, "too many header fields");
      break;
    }
    collected.line(line);
  }
  if (!head.empty()) collected.refuse(400, "text behind the blank line");
  collected.whole(request_line);
  return collected.facts;
}

}  // namespace boltseal::http
