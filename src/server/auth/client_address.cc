#include "server/auth/client_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/untrusted.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kLongest = 64;
constexpr int kMaxHops = 16;
constexpr unsigned kV4Bits = 96;  // in front of an IPv4 address

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Without port and brackets.
std::string_view host_of(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return text;
  return text.substr(0, colon);
}

bool is_bit(const Address& address, unsigned bit) {
  return (address.bytes[bit / 8] >> (7 - bit % 8) & 1u) != 0;
}

tl::unexpected<Error> bad_network(const std::string& text) {
  return fail(ErrorCode::bad_config, "\"" + escape_untrusted(text) + "\" is no address and no network",
              "write trusted proxies as 10.0.0.0/8 or ::1, without bits behind the prefix");
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const std::string host(host_of(text));
  if (host.empty() || host.size() > kLongest) return std::nullopt;
  Address out;
  if (::inet_pton(AF_INET6, host.c_str(), out.bytes.data()) == 1) return out;
  out.bytes = {};
  if (::inet_pton(AF_INET, host.c_str(), out.bytes.data() + 12) != 1) return std::nullopt;
  out.bytes[10] = out.bytes[11] = 0xff;
  return out;
}

bool Address::is_v4() const {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         bytes[10] == 0xff && bytes[11] == 0xff;
}

std::string Address::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4();
  ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? 12 : 0), text.data(), text.size());
  return text.data();
}

Sha256 Address::client_key() const {
  Sha256 key{};
  std::copy_n(bytes.begin(), is_v4() ? 16 : 8, key.begin());
  key[31] = 1;  // apart from keys of other kinds
  return key;
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies out;
  for (const std::string& text : networks) {
    const std::size_t slash = text.find('/');
    const std::string_view host = std::string_view(text).substr(0, slash);
    const auto address = Address::parse(host);
    if (!address || host.find_first_of("[]") != std::string_view::npos) return bad_network(text);
    Network network{*address, 128};
    if (slash != std::string::npos) {
      unsigned prefix = 0;
      const char* end = text.data() + text.size();
      const auto [stop, problem] = std::from_chars(text.data() + slash + 1, end, prefix);
      const bool v4 = host.find(':') == std::string_view::npos;
      if (problem != std::errc() || stop != end || prefix > (v4 ? 32u : 128u)) return bad_network(text);
      network.prefix = prefix + (v4 ? kV4Bits : 0);
    }
    for (unsigned bit = network.prefix; bit < 128; ++bit) {
      if (is_bit(*address, bit)) return bad_network(text);
    }
    out.networks_.push_back(network);
  }
  return out;
}

bool TrustedProxies::contains(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    for (unsigned bit = 0; bit < network.prefix; ++bit) {
      if (is_bit(network.address, bit) != is_bit(address, bit)) return false;
    }
    return true;
  });
}

std::optional<Address> TrustedProxies::client_of(const http::RequestHead& head) const {
  if (head.peer == nullptr) return std::nullopt;
  auto client = Address::parse(head.peer->address);
  if (!client || networks_.empty() || !contains(*client)) return client;
  int hops = 0;
  // Several fields are one list; the last entry is of the nearest proxy.
  for (std::size_t i = head.headers.size(); i-- > 0;) {
    if (!http::equal_ignoring_case(head.headers[i].name, "X-Forwarded-For")) continue;
    std::string_view list = head.headers[i].value;
    while (!list.empty()) {
      const std::size_t comma = list.rfind(',');
      const auto start = comma == std::string_view::npos ? 0 : comma + 1;
      const auto next = Address::parse(trim(list.substr(start)));
      if (!next || ++hops > kMaxHops) return client;
      client = next;
      if (!contains(*client)) return client;
      list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
  }
  return client;
}

}  // namespace boltseal::server
