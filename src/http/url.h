// Absolute http and https URLs, parsed strictly (RFC 3986): no user information, no fragment, no control
// characters, spaces, backslashes or non-ASCII bytes, ports 1..65535, hosts of letters, digits, '.', '-',
// '_' or IPv6 in brackets. Immutable value; free of locale and thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal::http {

class Url {
 public:
  /// bad_name. An empty path becomes "/"; scheme and host become lower case; the path is kept as written.
  static Result<Url> parse(std::string_view text);

  bool is_https() const { return https_; }
  const std::string& host() const { return host_; }    ///< lower case; IPv6 without brackets
  std::uint16_t port() const { return port_; }         ///< 443 or 80 when none was written
  const std::string& path() const { return path_; }    ///< as written, begins with '/'
  const std::string& query() const { return query_; }  ///< as written, without '?'
  /// host[:port] as written (IPv6 in brackets): the key of TLS directories.
  std::string authority() const;
  std::string origin() const;  ///< scheme://host[:port], default port left out
  std::string str() const;
  bool is_loopback() const;                  ///< see is_loopback_host
  bool same_origin(const Url& other) const;  ///< scheme, host and port are equal

  /// Path segments appended after one '/': base path "/" or "/x/" and "v2/a" give "/v2/a", "/x/v2/a". The
  /// caller has percent-encoded what needs it; the query is dropped. bad_name for what parse would refuse.
  Result<Url> with_suffix(std::string_view encoded_path) const;
  /// One more `name=value` in the query, both percent-encoded here.
  Url with_parameter(std::string_view name, std::string_view value) const;
  /// Resolves a reference such as a Location header (RFC 3986 section 5.2, dot segments removed, a fragment
  /// dropped). bad_name.
  Result<Url> join(std::string_view reference) const;

  bool operator==(const Url&) const = default;

 private:
  Url() = default;
  bool https_ = true;
  bool port_written_ = false;
  std::uint16_t port_ = 443;
  std::string host_;
  std::string path_ = "/";
  std::string query_;
};

/// "localhost", 127.0.0.0/8 in dotted form, "::1" (brackets allowed): what Docker takes for insecure by
/// default. Names are not resolved.
bool is_loopback_host(std::string_view host);

/// Splits host[:port] ("[::1]:5000", "reg.example"); port 0 when none is written. bad_name.
struct HostPort {
  std::string host;  ///< lower case, without brackets
  std::uint16_t port = 0;
};
Result<HostPort> split_host_port(std::string_view text);

}  // namespace boltseal::http
