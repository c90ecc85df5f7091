#include "http/server/path.h"

#include <vector>

#include "base/encoding.h"
#include "http/server/request.h"

namespace boltseal::http {
namespace {

/// What Go's net/url leaves as it is in a path.
bool stays_in_path(char c) {
  constexpr std::string_view kOther = "-_.~$&+,/:;=@";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOther.find(c) != std::string_view::npos;
}

/// Cuts "http://authority" off an absolute form; false when it is none.
bool take_origin(std::string_view& target, std::string_view& authority) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, colon);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return false;
  target.remove_prefix(colon + 3);
  const std::size_t end = target.find_first_of("/?");
  authority = target.substr(0, end);
  target = end == std::string_view::npos ? std::string_view() : target.substr(end);
  return !authority.empty() && authority.find('@') == std::string_view::npos;
}

}  // namespace

Result<Target> split_target(std::string_view target) {
  for (char c : target) {
    if (c <= 0x20 || c > 0x7e || c == '#') {
      return fail(ErrorCode::bad_format, "the request target holds a byte that has no place in it");
    }
  }
  Target out;
  if (target == "*") {
    out.raw_path = target;
    return out;
  }
  if (!target.starts_with('/')) {
    if (!take_origin(target, out.authority)) {
      return fail(ErrorCode::bad_format, "the request target is neither a path nor an http URL");
    }
    if (!target.starts_with('/') && !target.empty())
      return fail(ErrorCode::bad_format, "the URL has no path");
    if (target.empty()) target = "/";
  }
  const std::size_t question = target.find('?');
  out.raw_path = target.substr(0, question);
  if (question != std::string_view::npos) out.query = target.substr(question + 1);
  return out;
}

Result<std::string_view> decode_path(std::string_view raw_path, std::string& storage) {
  if (raw_path.find('%') == std::string_view::npos) return raw_path;
  storage = BS_TRY(percent_decode(raw_path));
  return std::string_view(storage);
}

bool is_clean_path(std::string_view path) {
  if (path == "*") return true;
  if (!path.starts_with('/')) return false;
  std::size_t at = 1;
  while (at < path.size()) {
    const std::size_t end = path.find('/', at);
    const std::string_view segment = path.substr(at, end - at);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (end == std::string_view::npos) return true;
    at = end + 1;
  }
  return true;
}

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> kept;
  std::size_t at = 0;
  while (at <= path.size()) {
    std::size_t end = path.find('/', at);
    if (end == std::string_view::npos) end = path.size();
    const std::string_view segment = path.substr(at, end - at);
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
    at = end + 1;
  }
  std::string out;
  for (std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

std::string clean_location(std::string_view path, std::string_view query) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : clean_path(path)) {
    if (stays_in_path(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  if (!query.empty()) {
    out += '?';
    out += query;
  }
  return out;
}

}  // namespace boltseal::http
