#include "http/server/multipart.h"

#include "http/server/field_parameters.h"
#include "http/server/request.h"

namespace boltseal::http {
namespace {

bool is_boundary_char(char c) {
  constexpr std::string_view kOther = "'()+_,-./:=? ";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOther.find(c) != std::string_view::npos;
}

Result<void> read_disposition(std::string_view value, Part& part) {
  const ParameterizedField field = BS_TRY(parse_parameters(value));
  if (!equal_ignoring_case(field.value, "form-data")) {
    return fail(ErrorCode::bad_format, "a part's Content-Disposition is not form-data");
  }
  for (const auto& [name, text] : field.parameters) {
    if (name == "name") part.name = text;
    if (name == "filename") part.filename = text;
    if (name == "filename*")
      return fail(ErrorCode::bad_format, "a part has filename*, which form-data does not allow");
  }
  return {};
}

Result<void> read_transfer_encoding(std::string_view value) {
  for (std::string_view plain : {"7bit", "8bit", "binary"}) {
    if (equal_ignoring_case(value, plain)) return {};
  }
  return fail(ErrorCode::bad_format, "a part has a Content-Transfer-Encoding that is not plain");
}

/// Reads the lines of one part's header, from behind the delimiter line to the blank line.
class PartReader {
 public:
  PartReader(std::string_view body, const MultipartLimits& limits) : rest_(body), limits_(limits) {}

  /// Takes the boundary line's end: "--" closes (true), CRLF goes on (false).
  Result<bool> take_delimiter_end() {
    if (rest_.starts_with("--")) {
      rest_.remove_prefix(2);
      if (rest_.empty() || rest_ == "\r\n") return true;
      return fail(ErrorCode::bad_format, "there is text behind the closing delimiter");
    }
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
    if (!rest_.starts_with("\r\n"))
      return fail(ErrorCode::bad_format, "a delimiter line does not end with CRLF");
    rest_.remove_prefix(2);
    return false;
  }

  Result<void> take_headers(Part& part) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    bool has_disposition = false;
    while (true) {
      const std::size_t end = rest_.substr(0, limits_.header_bytes + 2).find("\r\n");
      if (end == std::string_view::npos) {
        if (rest_.size() > limits_.header_bytes)
          return fail(ErrorCode::limit_exceeded, "a part's header is too long");
        return fail(ErrorCode::bad_format, "a part's header does not end");
      }
      const std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end + 2);
      if (line.empty()) return {};
      bytes += line.size() + 2;
      if (++count > limits_.headers_per_part || bytes > limits_.header_bytes) {
        return fail(ErrorCode::limit_exceeded, "a part's header is too long");
      }
      BS_TRY(take_header(line, part, has_disposition));
    }
  }

  Result<void> take_data(std::string_view delimiter, Part& part) {
    // An empty part may have its delimiter directly behind the blank line, whose CRLF it shares.
    if (rest_.starts_with(delimiter.substr(2))) {
      rest_.remove_prefix(delimiter.size() - 2);
      return {};
    }
    const std::size_t end = rest_.find(delimiter);
    if (end == std::string_view::npos)
      return fail(ErrorCode::bad_format, "a part has no delimiter behind it");
    part.data = rest_.substr(0, end);
    rest_.remove_prefix(end + delimiter.size());
    return {};
  }

 private:
  Result<void> take_header(std::string_view line, Part& part, bool& has_disposition) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_field_token(name)) {
      return fail(ErrorCode::bad_format, "a line of a part's header is not well formed");
    }
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    for (char c : value) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        return fail(ErrorCode::bad_format, "a part's header holds a control character");
      }
    }
    if (equal_ignoring_case(name, "Content-Disposition")) {
      if (has_disposition) return fail(ErrorCode::bad_format, "a part has two Content-Disposition headers");
      has_disposition = true;
      return read_disposition(value, part);
    }
    if (equal_ignoring_case(name, "Content-Type")) {
      if (!part.content_type.empty())
        return fail(ErrorCode::bad_format, "a part has two Content-Type headers");
      part.content_type = value;
    }
    if (equal_ignoring_case(name, "Content-Transfer-Encoding")) return read_transfer_encoding(value);
    return {};
  }

  std::string_view rest_;
  const MultipartLimits& limits_;
};

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
  const ParameterizedField field = BS_TRY(parse_parameters(content_type));
  if (!equal_ignoring_case(field.value, "multipart/form-data")) {
    return fail(ErrorCode::bad_format, "the Content-Type is not multipart/form-data");
  }
  for (const auto& [name, boundary] : field.parameters) {
    if (name != "boundary") continue;
    bool good = !boundary.empty() && boundary.size() <= 70 && boundary.back() != ' ';
    for (char c : boundary) good = good && is_boundary_char(c);
    if (good) return boundary;
    return fail(ErrorCode::bad_format, "the boundary holds what the grammar does not allow");
  }
  return fail(ErrorCode::bad_format, "the Content-Type has no boundary");
}

Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view boundary,
                                          const MultipartLimits& limits) {
  const std::string delimiter = "\r\n--" + std::string(boundary);
  const std::string_view first = std::string_view(delimiter).substr(2);
  // Go's writer ends a body without parts by a delimiter that has its CRLF before it.
  if (body.starts_with(delimiter)) body.remove_prefix(2);
  if (!body.starts_with(first))
    return fail(ErrorCode::bad_format, "the body does not begin with its delimiter");
  PartReader reader(body.substr(first.size()), limits);
  std::vector<Part> parts;
  while (true) {
    if (BS_TRY(reader.take_delimiter_end())) return parts;
    if (parts.size() == limits.parts) return fail(ErrorCode::limit_exceeded, "the body has too many parts");
    Part part;
    BS_TRY(reader.take_headers(part));
    BS_TRY(reader.take_data(delimiter, part));
    parts.push_back(std::move(part));
  }
}

}  // namespace boltseal::http
