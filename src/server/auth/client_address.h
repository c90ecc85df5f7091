// From which address a request comes, past proxies that are listed (SECURITY rule 25).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"
#include "http/server/request.h"

namespace boltseal::server {

/// IPv6, or IPv4 as ::ffff:a.b.c.d: both spellings of an IPv4 address are one.
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  /// "127.0.0.1", "::1", "[::1]", each also with ":port" behind (IPv6 then in brackets).
  static std::optional<Address> parse(std::string_view text);
  bool is_v4() const;
  std::string str() const;
  /// What a limit counts as one client: an IPv4 address, an IPv6 /64.
  Sha256 client_key() const;
  bool operator==(const Address&) const = default;
};

/// Addresses and networks whose X-Forwarded-For is believed. Immutable once built.
class TrustedProxies {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", "127.0.0.1". bad_config, also for bits behind the prefix.
  static Result<TrustedProxies> parse(const std::vector<std::string>& networks);

  bool empty() const { return networks_.empty(); }
  bool contains(const Address& address) const;
  /// The peer; where it is a proxy of the list, the last address of X-Forwarded-For that is none. An entry
  /// that is no address ends the walk at the proxy that wrote it. Nothing where the peer's own address is
  /// unknown.
  std::optional<Address> client_of(const http::RequestHead& head) const;

 private:
  struct Network {
    Address address;
    unsigned prefix = 128;
  };
  std::vector<Network> networks_;
};

}  // namespace boltseal::server
