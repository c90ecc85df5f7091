// Error bodies in the style of Docker's registry and notary-server:
// {"errors":[{"code":"...","message":"...","detail":...}]} (NOTARY-SERVER 2.2; OCI distribution 1.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace boltseal::http {

/// The first error of a body. Text from outside: escape before showing.
struct RemoteError {
  std::string code;  ///< "INVALID_UPDATE"; may be empty
  std::string message;
  std::string detail_name;     ///< notary-server: detail.Name ("ErrBadRoot")
  std::string detail_message;  ///< detail.Error.Msg, or a detail that is a string
  bool only_one = true;        ///< the body holds no other
};

/// nullopt for what is no such body (registries and proxies answer with text and HTML too).
std::optional<RemoteError> parse_error_body(std::string body);

/// "404 MANIFEST_UNKNOWN: manifest unknown", "502 <start of the text>", "401": escaped, for messages.
std::string describe_refusal(int status, std::string_view body);

}  // namespace boltseal::http
