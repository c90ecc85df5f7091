// Which proxy a request takes, as Go's net/http decides from the environment: HTTPS_PROXY, HTTP_PROXY,
// NO_PROXY (lower case too), never for localhost and loopback addresses; HTTP_PROXY is not read where
// REQUEST_METHOD is set (a CGI's environment is the attacker's).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/url.h"

namespace boltseal::http {

/// Immutable value, thread safe.
class ProxyRules {
 public:
  using Getenv = std::function<const char*(const char* name)>;

  ProxyRules() = default;  ///< no proxy
  /// `get` returns nullptr for unset names (std::getenv).
  static ProxyRules from_environment(const Getenv& get);

  /// URL of the proxy ("http://proxy:3128"), empty = direct.
  std::string proxy_for(const Url& url) const;

 private:
  bool is_exempt(const Url& url) const;
  std::string http_proxy_;
  std::string https_proxy_;
  std::vector<std::string> no_proxy_;
};

}  // namespace boltseal::http
