#include "registry/reference.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/untrusted.h"

namespace boltseal::registry {
namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::string_view kLegacyDomain = "index.docker.io";
constexpr std::string_view kHubApi = "registry-1.docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::string_view kInvalid = "invalid reference format";

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_lower(c) || is_upper(c); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool has_upper(std::string_view text) { return std::any_of(text.begin(), text.end(), is_upper); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

tl::unexpected<Error> bad(std::string what) {
  return fail(ErrorCode::bad_name, std::move(what), "write it as [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST]");
}

/// [a-z0-9]+((?:[._]|__|[-]+)[a-z0-9]+)*
bool is_path_component(std::string_view text) {
  std::size_t i = 0;
  const auto word = [&] {
    const auto begin = i;
    while (i < text.size() && is_lower(text[i])) ++i;
    return i > begin;
  };
  if (!word()) return false;
  while (i < text.size()) {
    if (text[i] == '-') {
      while (i < text.size() && text[i] == '-') ++i;
    } else if (text[i] == '_') {
      ++i;
      if (i < text.size() && text[i] == '_') ++i;
    } else if (text[i] == '.') {
      ++i;
    } else {
      return false;
    }
    if (!word()) return false;
  }
  return true;
}

template <typename Predicate>
bool all_parts(std::string_view text, char separator, Predicate predicate) {
  for (;;) {
    const auto end = std::min(text.find(separator), text.size());
    if (!predicate(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_domain_component(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

/// Host names, or IPv6 in brackets; an optional port.
bool is_domain(std::string_view text) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    const auto inside = text.substr(1, close - 1);
    if (!std::all_of(inside.begin(), inside.end(), [](char c) {
          return is_digit(c) || c == ':' || (lower({&c, 1})[0] >= 'a' && lower({&c, 1})[0] <= 'f');
        }))
      return false;
    rest = text.substr(close + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    if (!all_parts(text.substr(0, end), '.', is_domain_component)) return false;
    rest = text.substr(end);
  }
  if (rest.empty()) return true;
  return rest.size() > 1 && rest.front() == ':' && std::all_of(rest.begin() + 1, rest.end(), is_digit);
}

/// Docker's rule: the first component is a host when it holds '.' or ':', is localhost, or has upper case.
bool is_host_by_rule(std::string_view component) {
  return component.find_first_of(".:") != std::string_view::npos || component == "localhost" ||
         has_upper(component);
}

std::pair<std::string, std::string> split_domain(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return {std::string(kDefaultDomain), std::string(kOfficial) + std::string(text)};
  std::string domain(text.substr(0, slash));
  std::string rest(text.substr(slash + 1));
  if (domain != kLegacyDomain && !is_host_by_rule(domain)) {
    domain = kDefaultDomain;
    rest = text;
  }
  if (domain == kLegacyDomain) domain = kDefaultDomain;
  if (domain == kDefaultDomain && rest.find('/') == std::string::npos) rest.insert(0, kOfficial);
  return {std::move(domain), std::move(rest)};
}

/// Digests of Docker's grammar; of these only SHA-256 is of use to trust.
Result<Digest> parse_digest(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return bad(std::string(kInvalid));
  const auto hex = text.substr(colon + 1);
  if (hex.size() < 32 || !is_lower_hex(lower(hex))) return bad(std::string(kInvalid));
  if (text.substr(0, colon) != "sha256") return bad("unsupported digest algorithm");
  if (hex.size() != 64) return bad("invalid checksum digest length");
  auto digest = Digest::parse(text);
  if (!digest) return bad("invalid checksum digest format");
  return digest;
}

}  // namespace

Result<Reference> Reference::parse(std::string_view text) {
  if (text.empty()) return bad(std::string(kInvalid));
  if (text.size() > 1024) return bad(std::string(kInvalid));
  if (text.size() == 64 && is_lower_hex(text))
    return bad("invalid repository name (" + std::string(text) +
               "), cannot specify 64-byte hexadecimal strings");
  auto [domain, rest] = split_domain(text);
  const auto remote = rest.substr(0, rest.find(':'));
  if (has_upper(remote))
    return bad(std::string(kInvalid) + ": repository name (" + escape_untrusted(remote) +
               ") must be lowercase");

  std::string_view path = rest;
  std::string_view digest;
  std::string_view tag;
  const auto at = path.find('@');
  const bool has_digest = at != std::string_view::npos;
  if (has_digest) {
    digest = path.substr(at + 1);
    path = path.substr(0, at);
  }
  const auto colon = path.find(':');
  const bool has_tag = colon != std::string_view::npos;
  if (has_tag) {
    tag = path.substr(colon + 1);
    path = path.substr(0, colon);
  }
  if (!is_domain(domain) || !all_parts(path, '/', is_path_component)) return bad(std::string(kInvalid));
  if (path.size() > kMaxNameBytes || domain.size() + 1 + path.size() > kMaxNameBytes)
    return bad("repository name must not be more than 255 characters");

  Reference out(std::move(domain), std::string(path));
  if (has_tag) {
    auto parsed = Tag::parse(tag);
    if (!parsed) return bad(std::string(kInvalid));
    out.tag_ = std::move(*parsed);
  }
  if (has_digest) out.digest_ = BS_TRY(parse_digest(digest));
  if (!Gun::parse(out.name())) return bad(std::string(kInvalid));
  return out;
}

std::string Reference::familiar_name() const {
  if (!is_docker_hub()) return name();
  if (path_.starts_with(kOfficial) && path_.find('/', kOfficial.size()) == std::string::npos)
    return path_.substr(kOfficial.size());
  // Alone, the path of docker.io/ghcr.io/app would name an image of another registry.
  return is_host_by_rule(std::string_view(path_).substr(0, path_.find('/'))) ? name() : path_;
}

namespace {
std::string with_suffixes(std::string name, const std::optional<Tag>& tag,
                          const std::optional<Digest>& digest) {
  if (tag) name += ":" + tag->str();
  if (digest) name += "@" + digest->str();
  return name;
}
}  // namespace

std::string Reference::familiar() const { return with_suffixes(familiar_name(), tag_, digest_); }
std::string Reference::str() const { return with_suffixes(name(), tag_, digest_); }

Reference Reference::with_default_tag() const {
  Reference out = *this;
  if (out.is_name_only()) out.tag_ = *Tag::parse("latest");
  return out;
}

Reference Reference::with_tag(Tag tag) const {
  Reference out(domain_, path_);
  out.tag_ = std::move(tag);
  return out;
}

Reference Reference::with_digest(Digest digest) const {
  Reference out(domain_, path_);
  out.digest_ = digest;
  return out;
}

Gun Reference::gun() const { return *Gun::parse(name()); }  // checked by parse

std::string Reference::api_host() const { return is_docker_hub() ? std::string(kHubApi) : domain_; }

std::string registry_host_of(const Gun& gun) {
  const std::string_view text = gun.str();
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_host_by_rule(text.substr(0, slash))) return {};
  return std::string(text.substr(0, slash));
}

Result<Gun> gun_of_name(std::string_view text) {
  const auto reference = BS_TRY(Reference::parse(text));
  if (!reference.is_name_only())
    return fail(ErrorCode::bad_name,
                "a repository is named without tag and digest: " + escape_untrusted(text));
  return reference.gun();
}

}  // namespace boltseal::registry
