// Client that answers 401: Bearer (Docker's token protocol) or Basic, once for each request. Tokens are kept
// in memory by (origin, realm, service, scopes) until they expire.
//
// Where secrets go: a password or identity token to the asked server itself or to the realm that it named,
// over https with a checked certificate, or where both lie on this machine's loopback; a token only to the
// origin whose challenge it answers. An insecure registry beyond loopback gets no secrets.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/auth_challenge.h"
#include "http/client/client.h"
#include "http/client/credentials.h"

namespace boltseal::http {

/// Whose credentials, and what for.
struct Access {
  std::string registry_host;        ///< key of the look-up: the GUN's registry, not the trust server
  std::vector<std::string> scopes;  ///< "repository:docker.io/library/alpine:pull", in this order
  bool use_registry_token = false;  ///< config.json's registrytoken holds for registries alone
};

/// Used by one thread at a time. Keeps references: they must outlive it.
class AuthenticatedClient {
 public:
  AuthenticatedClient(Client& client, CredentialSource& credentials, const Clock& clock);
  ~AuthenticatedClient();
  AuthenticatedClient(const AuthenticatedClient&) = delete;
  AuthenticatedClient& operator=(const AuthenticatedClient&) = delete;

  /// Sends; on 401 gets a token or sets Basic and sends once more. A second 401 is the answer. Errors beside
  /// those of Client: unauthorized (the token server refused; nothing to answer the challenge with),
  /// forbidden, bad_response (realm not allowed, no usable challenge).
  Result<Response> send(const Request& request, const Access& access);
  /// Side by side: the first is sent alone when nothing is known about its origin, so that one token serves
  /// all.
  std::vector<Result<Response>> send_all(const std::vector<Request>& requests, const Access& access);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace boltseal::http
