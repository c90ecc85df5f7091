#include "http/url.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kMaxUrlBytes = 16 * 1024;
constexpr std::size_t kMaxHostBytes = 255;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alnum(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

tl::unexpected<Error> bad(std::string_view what, std::string_view text) {
  return fail(ErrorCode::bad_name, std::string(what) + " \"" + escape_untrusted(text) + "\"");
}

/// Printable ASCII of URLs without '#', and '%' only before two hex digits.
bool is_clean(std::string_view text, bool query) {
  static constexpr std::string_view kForbidden = "\"<>\\^`{|}#";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c <= 0x20 || c >= 0x7f) return false;
    // Token servers and upload sessions put these raw into queries; they are harmless there.
    if (kForbidden.find(c) != std::string_view::npos && !(query && (c == '|' || c == '^' || c == '`')))
      return false;
    if (!query && c == '?') return false;
    if (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
  }
  return true;
}

bool is_ipv6(std::string_view text) {
  if (text.size() < 2 || text.size() > 45) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_hex(c) || c == ':' || c == '.'; }) &&
         text.find(':') != std::string_view::npos;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostBytes || text.front() == '-' || text.front() == '.') return false;
  return text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), [](char c) {
           return is_alnum(c) || c == '.' || c == '-' || c == '_';
         });
}

/// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    if (path.starts_with("/../") || path == "/..") {
      path = path == "/.." ? "/" : path.substr(3);
      const auto slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
    } else if (path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else {
      const auto next = path.find('/', 1);
      out += path.substr(0, next);
      path.remove_prefix(next == std::string_view::npos ? path.size() : next);
    }
  }
  return out;
}

}  // namespace

Result<HostPort> split_host_port(std::string_view text) {
  HostPort result;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return bad("bad host", text);
    result.host = lower(text.substr(1, close - 1));
    auto rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return bad("bad host", text);
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const auto colon = text.find(':');
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
    const auto host = text.substr(0, colon);
    if (!is_host_name(host)) return bad("bad host", text);
    result.host = lower(host);
  }
  if (!has_port) return result;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
  if (error != std::errc() || end != port.data() + port.size() || result.port == 0)
    return bad("bad port in", text);
  return result;
}

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "::1" || lower(host) == "localhost") return true;
  if (!host.starts_with("127.")) return false;
  int parts = 0;
  std::size_t begin = 0;
  while (begin <= host.size()) {
    const auto end = std::min(host.find('.', begin), host.size());
    unsigned value = 0;
    const char* last = host.data() + end;
    const auto [stop, error] = std::from_chars(host.data() + begin, last, value);
    if (error != std::errc() || stop != last || value > 255 || end - begin > 3) return false;
    ++parts;
    begin = end + 1;
  }
  return parts == 4;
}

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return bad("URL is too long:", text.substr(0, 64));
  Url url;
  const auto scheme_end = text.find("://");
  const auto scheme = lower(text.substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end));
  if (scheme != "https" && scheme != "http") return bad("URL must begin with https:// or http://:", text);
  url.https_ = scheme == "https";
  auto rest = text.substr(scheme_end + 3);
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = rest.substr(0, authority_end);
  // User names and passwords in URLs end in logs and process lists.
  if (authority.find('@') != std::string_view::npos)
    return fail(ErrorCode::bad_name, "URL holds a user name or password");
  auto host = BS_TRY(split_host_port(authority));
  url.host_ = std::move(host.host);
  url.port_written_ = host.port != 0;
  url.port_ = host.port != 0 ? host.port : static_cast<std::uint16_t>(url.https_ ? 443 : 80);
  rest.remove_prefix(authority_end);
  const auto question = rest.find('?');
  const auto path = rest.substr(0, question);
  if (question != std::string_view::npos) url.query_ = rest.substr(question + 1);
  if (!is_clean(path, false) || !is_clean(url.query_, true)) return bad("bad characters in URL", text);
  if (!path.empty()) url.path_ = path;
  return url;
}

std::string Url::authority() const {
  std::string out = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  if (port_written_) out += ":" + std::to_string(port_);
  return out;
}

std::string Url::origin() const {
  std::string out = https_ ? "https://" : "http://";
  out += host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  if (port_ != (https_ ? 443 : 80)) out += ":" + std::to_string(port_);
  return out;
}

std::string Url::str() const {
  std::string out = (https_ ? "https://" : "http://") + authority() + path_;
  if (!query_.empty()) out += "?" + query_;
  return out;
}

bool Url::is_loopback() const { return is_loopback_host(host_); }

bool Url::same_origin(const Url& other) const {
  return https_ == other.https_ && host_ == other.host_ && port_ == other.port_;
}

Result<Url> Url::with_suffix(std::string_view encoded_path) const {
  Url out = *this;
  while (out.path_.ends_with('/')) out.path_.pop_back();
  while (encoded_path.starts_with('/')) encoded_path.remove_prefix(1);
  out.path_ += '/';
  out.path_ += encoded_path;
  out.query_.clear();
  if (!is_clean(out.path_, false) || out.path_.size() > kMaxUrlBytes)
    return bad("bad characters in path", encoded_path);
  return out;
}

Url Url::with_parameter(std::string_view name, std::string_view value) const {
  Url out = *this;
  if (!out.query_.empty()) out.query_ += '&';
  out.query_ += percent_encode(name) + "=" + percent_encode(value);
  return out;
}

Result<Url> Url::join(std::string_view reference) const {
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return *this;
  // A scheme stands before any '/', '?' or '#' (RFC 3986 section 4.1).
  const auto colon = reference.find(':');
  if (colon != std::string_view::npos && colon < reference.find_first_of("/?")) {
    Url out = BS_TRY(parse(reference));
    out.path_ = remove_dot_segments(out.path_);
    return out;
  }
  if (reference.starts_with("//")) return parse((https_ ? "https:" : "http:") + std::string(reference));
  Url out = *this;
  const auto question = reference.find('?');
  const auto path = reference.substr(0, question);
  out.query_ =
      question == std::string_view::npos ? std::string() : std::string(reference.substr(question + 1));
  if (path.starts_with('/')) {
    out.path_ = remove_dot_segments(path);
  } else if (!path.empty()) {
    out.path_ = remove_dot_segments(path_.substr(0, path_.rfind('/') + 1) + std::string(path));
  }
  if (!is_clean(out.path_, false) || !is_clean(out.query_, true) ||
      out.path_.size() + out.query_.size() > kMaxUrlBytes)
    return bad("bad characters in URL", reference);
  return out;
}

}  // namespace boltseal::http
