#include "base/names.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal {
namespace {

constexpr std::size_t kMaxName = 255;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

std::string quoted(std::string_view text) { return "\"" + escape_untrusted(text) + "\""; }

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*   (OCI distribution, name component)
bool is_path_component(std::string_view part) {
  std::size_t i = 0;
  const auto run = [&] {
    const std::size_t start = i;
    while (i < part.size() && is_lower_alnum(part[i])) ++i;
    return i > start;
  };
  if (!run()) return false;
  while (i < part.size()) {
    if (part[i] == '.') {
      ++i;
    } else if (part[i] == '_') {
      i += part.substr(i).starts_with("__") ? 2 : 1;
    } else if (part[i] == '-') {
      while (i < part.size() && part[i] == '-') ++i;
    } else {
      return false;
    }
    if (!run()) return false;
  }
  return true;
}

bool is_port(std::string_view port) {
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

// Host labels of either case separated by dots, or an IPv6 address in brackets; optional port.
bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const std::string_view address = host.substr(1, end - 1);
    if (!std::all_of(address.begin(), address.end(),
                     [](char c) { return is_alnum(c) || c == ':' || c == '.'; }))
      return false;
    const std::string_view rest = host.substr(end + 1);
    return rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)));
  }
  if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  std::size_t start = 0;
  while (true) {
    const std::size_t dot = std::min(host.find('.', start), host.size());
    const std::string_view label = host.substr(start, dot - start);
    if (label.empty() || !is_alnum(label.front()) || !is_alnum(label.back())) return false;
    if (!std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; }))
      return false;
    if (dot == host.size()) return true;
    start = dot + 1;
  }
}

template <typename Check>
bool every_segment(std::string_view text, Check check) {
  std::size_t start = 0;
  std::size_t index = 0;
  while (true) {
    const std::size_t slash = std::min(text.find('/', start), text.size());
    if (!check(text.substr(start, slash - start), index++)) return false;
    if (slash == text.size()) return true;
    start = slash + 1;
  }
}

bool is_base_role(std::string_view text) {
  return text == "root" || text == "targets" || text == "snapshot" || text == "timestamp";
}

}  // namespace

Result<Gun> Gun::parse(std::string_view text) {
  const auto refuse = [&](const char* why) {
    return fail(ErrorCode::bad_name, quoted(text) + " is not a repository name: " + why,
                "a name is lower-case path components, optionally after host[:port]/, such as "
                "docker.io/library/alpine");
  };
  if (text.empty() || text.size() > kMaxName) return refuse("it must have 1 to 255 bytes");
  const bool ok = every_segment(text, [&](std::string_view part, std::size_t index) {
    if (part == "_trust") return false;
    if (is_path_component(part)) return true;
    return index == 0 && part.size() < text.size() && is_host(part);
  });
  if (!ok) return refuse("a component is empty, reserved or has characters that names may not have");
  return Gun(std::string(text));
}

Result<Gun> Gun::parse_lenient(std::string_view text) {
  const bool ok = !text.empty() && text.size() <= kMaxName && is_utf8(text) &&
                  std::none_of(text.begin(), text.end(),
                               [](char c) {
                                 return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F || c == '*' ||
                                        c == '%' || c == '\\';
                               }) &&
                  every_segment(text, [](std::string_view part, std::size_t) {
                    return !part.empty() && part != "." && part != ".." && part != "_trust";
                  });
  if (!ok) return fail(ErrorCode::bad_name, quoted(text) + " can't be used as a repository name");
  return Gun(std::string(text));
}

std::string Gun::url_path() const {
  std::string out;
  for (const char c : text_) {
    if (c == '/' || c == ':') {
      out.push_back(c);
    } else {
      out += percent_encode({&c, 1});
    }
  }
  return out;
}

Result<RoleName> RoleName::parse_notary(std::string_view text) {
  if (is_base_role(text)) return RoleName(std::string(text));
  const bool ok = text.size() < 256 && text.starts_with("targets/") &&
                  every_segment(
                      text,
                      [](std::string_view part, std::size_t) {
                        return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
                          return is_lower_alnum(c) || c == '-' || c == '_';
                        });
                      });
  if (!ok) {
    return fail(ErrorCode::bad_role, quoted(text) + " is not a role",
                "a role is root, targets, snapshot, timestamp or a delegation such as targets/releases");
  }
  return RoleName(std::string(text));
}

Result<RoleName> RoleName::parse_tuf1(std::string_view text) {
  if (text.empty() || text.size() > kMaxName || !is_utf8(text) || text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::bad_role,
                quoted(text) + " is not a role name: it must be 1 to 255 bytes of UTF-8 without NUL");
  }
  return RoleName(std::string(text));
}

const RoleName& RoleName::root() {
  static const RoleName name("root");
  return name;
}
const RoleName& RoleName::targets() {
  static const RoleName name("targets");
  return name;
}
const RoleName& RoleName::snapshot() {
  static const RoleName name("snapshot");
  return name;
}
const RoleName& RoleName::timestamp() {
  static const RoleName name("timestamp");
  return name;
}
const RoleName& RoleName::releases() {
  static const RoleName name("targets/releases");
  return name;
}

bool RoleName::is_base() const { return is_base_role(text_); }
bool RoleName::is_notary_delegation() const { return text_.starts_with("targets/"); }

std::string RoleName::url_segment() const { return percent_encode(text_); }

// A leading dot is encoded too, so that no role makes a hidden file.
std::string RoleName::encoded_file() const {
  std::string name = percent_encode(text_);
  if (name.starts_with('.')) name.replace(0, 1, "%2E");
  return name + ".json";
}

Result<KeyId> KeyId::parse(std::string_view text) {
  if (text.size() != 64 || !is_lower_hex(text)) {
    return fail(ErrorCode::bad_format,
                quoted(text) + " is not a key id: it must be 64 lower-case hex digits");
  }
  return KeyId(std::string(text));
}

Result<Digest> Digest::parse(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + 64 ||
      !is_lower_hex(text.substr(kPrefix.size()))) {
    return fail(ErrorCode::bad_format,
                quoted(text) + " is not a digest: it must be sha256: and 64 lower-case hex digits");
  }
  const Bytes raw = BS_TRY(hex_decode(text.substr(kPrefix.size())));
  Sha256 hash{};
  std::copy(raw.begin(), raw.end(), hash.begin());
  return Digest(hash);
}

std::string Digest::hex() const { return hex_encode(hash_); }
std::string Digest::str() const { return "sha256:" + hex(); }

Result<Tag> Tag::parse(std::string_view text) {
  const auto is_word = [](char c) { return is_alnum(c) || c == '_'; };
  const bool ok =
      !text.empty() && text.size() <= 128 && is_word(text[0]) &&
      std::all_of(text.begin(), text.end(), [&](char c) { return is_word(c) || c == '.' || c == '-'; });
  if (!ok)
    return fail(ErrorCode::bad_name, quoted(text) + " is not a tag",
                "a tag has 1 to 128 of A-Z a-z 0-9 _ . -, not beginning with . or -");
  return Tag(std::string(text));
}

bool Tag::is_reserved() const {
  constexpr std::string_view kFallback = "sha256-";
  if (text_.starts_with("boltseal-trust")) return true;
  return text_.starts_with(kFallback) && text_.size() >= kFallback.size() + 64 &&
         is_lower_hex(std::string_view(text_).substr(kFallback.size(), 64));
}

}  // namespace boltseal
