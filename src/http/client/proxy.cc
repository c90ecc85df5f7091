#include "http/client/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace boltseal::http {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string first_of(const ProxyRules::Getenv& get, const char* upper_name, const char* lower_name) {
  for (const char* name : {upper_name, lower_name}) {
    const char* value = get(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string with_scheme(std::string proxy) {
  if (!proxy.empty() && proxy.find("://") == std::string::npos) proxy.insert(0, "http://");
  return proxy;
}

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;
};

std::optional<Address> parse_address(const std::string& text) {
  Address out;
  out.size = 4;
  if (inet_pton(AF_INET, text.c_str(), out.bytes.data()) == 1) return out;
  out.size = 16;
  if (inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

/// "10.0.0.0/8", "fd00::/8".
bool in_network(const Address& address, std::string_view network) {
  const auto slash = network.find('/');
  const auto base = parse_address(std::string(network.substr(0, slash)));
  if (!base || base->size != address.size || slash == std::string_view::npos) return false;
  const auto digits = network.substr(slash + 1);
  std::size_t bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > address.size * 8) return false;
  for (std::size_t i = 0; i < bits; ++i) {
    const int shift = 7 - static_cast<int>(i % 8);
    if (((address.bytes[i / 8] ^ base->bytes[i / 8]) >> shift & 1) != 0) return false;
  }
  return true;
}

/// One entry of NO_PROXY: host[:port], ".domain", "*.domain", address, network, "*".
bool entry_matches(std::string_view entry, const Url& url) {
  if (entry == "*") return true;
  const auto address = parse_address(url.host());
  if (entry.find('/') != std::string_view::npos) return address && in_network(*address, entry);
  // A second colon means a bare IPv6 address: no port there.
  if (std::count(entry.begin(), entry.end(), ':') > 1 && !entry.starts_with('[')) return url.host() == entry;
  const bool below_only = entry.starts_with("*.") || entry.starts_with('.');
  if (below_only) entry.remove_prefix(entry.starts_with("*.") ? 2 : 1);
  const auto parsed = split_host_port(entry);
  if (!parsed || (parsed->port != 0 && parsed->port != url.port())) return false;
  if (!below_only && url.host() == parsed->host) return true;
  return !address && url.host().ends_with("." + parsed->host);
}

}  // namespace

ProxyRules ProxyRules::from_environment(const Getenv& get) {
  ProxyRules rules;
  rules.https_proxy_ = with_scheme(first_of(get, "HTTPS_PROXY", "https_proxy"));
  const char* cgi = get("REQUEST_METHOD");
  if (cgi == nullptr || *cgi == '\0')
    rules.http_proxy_ = with_scheme(first_of(get, "HTTP_PROXY", "http_proxy"));
  const std::string exempt = first_of(get, "NO_PROXY", "no_proxy");
  std::string_view rest = exempt;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto entry = trim(rest.substr(0, comma));
    if (!entry.empty()) rules.no_proxy_.push_back(lower(entry));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return rules;
}

bool ProxyRules::is_exempt(const Url& url) const {
  return url.is_loopback() || std::any_of(no_proxy_.begin(), no_proxy_.end(), [&](const std::string& entry) {
           return entry_matches(entry, url);
         });
}

std::string ProxyRules::proxy_for(const Url& url) const {
  const auto& proxy = url.is_https() ? https_proxy_ : http_proxy_;
  return proxy.empty() || is_exempt(url) ? std::string() : proxy;
}

}  // namespace boltseal::http
