// Who shows a client certificate, by the rules of the config. The listener has verified the chain already.
#pragma once

#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/certificate.h"
#include "server/auth/access.h"
#include "server/auth/bounded_cache.h"
#include "server/auth/options.h"

namespace boltseal::server {

/// Thread safe after load().
class ClientCertificates {
 public:
  ClientCertificates(std::vector<CertificateRule> rules, const Clock& clock);
  /// bad_config: a scope that is none, a rule without a value.
  Result<void> load();

  /// The identity behind a certificate (DER); null: no rule fits it, it is expired or unreadable. Computes
  /// for some microseconds, less once it is known; does not block.
  IdentityPtr find(std::string_view der);

 private:
  struct Rule {
    CertificateRule::By by;
    std::string value;
    std::vector<Grant> grants;
  };
  struct Known {
    IdentityPtr identity;
    Time from, until;
  };
  Known judge(std::string_view der) const;

  std::vector<CertificateRule> options_;
  const Clock& clock_;
  std::vector<Rule> rules_;
  BoundedCache<Known> known_;
};

}  // namespace boltseal::server
