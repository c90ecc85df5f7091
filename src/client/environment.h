// What every operation works with: where things are, whom to ask, the clock, the person. Built once per
// command from options and variables by the command line; operations get a reference.
//
// Owns its parts; used by one thread at a time. Network() gives further independent connections for a second
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "crypto/random.h"
#include "http/client/authenticated.h"
#include "http/client/client.h"
#include "http/client/credentials.h"
#include "policy/policy.h"
#include "term/prompt.h"
#include "transport/transport.h"

namespace boltseal::client {

/// As given on the command line and by the environment. Empty = not given.
struct Settings {
  std::string trust_dir;              ///< Docker's or Notary's trust directory
  std::string docker_config_dir;      ///< config.json and tls/
  std::string server;                 ///< --server: a URL or an absolute path
  std::string server_variable;        ///< DOCKER_CONTENT_TRUST_SERVER
  std::vector<std::string> ca_files;  ///< --ca-file: trusted beside the system's CAs
  std::string system_policy;
  std::string user_policy;
  std::string notary_auth;  ///< NOTARY_AUTH; replaces Docker's credentials
  bool interactive = true;
};

/// Connections with the user's credentials. Movable; used by one thread at a time.
struct Network {
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::CredentialSource> credentials;
  std::unique_ptr<http::AuthenticatedClient> http;
};

/// Where a GUN's trust data is, by option, pin, policy, variable, Docker's rule, in this order.
struct Location {
  Gun gun;          ///< whose trust data speaks (name maps of the policy applied)
  std::string url;  ///< or an absolute path
  tuf::Form form = tuf::Form::notary;
  std::optional<policy::Pin> pin;
  bool by_policy = false;  ///< a pin or the policy's servers name this very place
};

/// May --server name another server than the user's own pin does? `replaced`: to make a new pin.
enum class PinnedServer : std::uint8_t { binding, replaced };

/// pin_mismatch: the trust data of `gun` is known from one place, and another would be asked (ADR 20).
Error other_place(const Gun& gun, std::string_view known, std::string_view asked, std::string hint);

class Environment {
 public:
  /// Loads the policy files; opens nothing else. bad_config.
  static Result<std::unique_ptr<Environment>> create(Settings settings, const Clock& clock = system_clock());

  const Settings& settings() const { return settings_; }
  const policy::Policy& policy() const { return policy_; }
  const Clock& clock() const { return clock_; }
  crypto::Random& random() const { return crypto::system_random(); }
  term::Prompter& prompter() { return *prompter_; }

  /// The connections of this command, for one thread at a time, made at first use. bad_config: credentials,
  /// TLS files.
  Result<http::AuthenticatedClient*> http();
  /// Fresh connections, for another thread.
  Result<Network> make_network() const;

  /// usage: no server can be derived from the name; pin_mismatch: --server is not the pinned one.
  Result<Location> locate(const Gun& gun, PinnedServer pinned = PinnedServer::binding) const;
  Result<std::unique_ptr<transport::Transport>> open_transport(const Location& location);

 private:
  Environment(Settings settings, policy::Policy policy, const Clock& clock);
  Settings settings_;
  policy::Policy policy_;
  const Clock& clock_;
  std::unique_ptr<term::Prompter> prompter_;
  std::optional<Network> network_;
};

}  // namespace boltseal::client
