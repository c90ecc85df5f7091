// The names that a certificate gives its subject besides the common name (RFC 5280, 4.2.1.6). Text from
// outside; whether a name counts is the caller's.
#pragma once

#include <string>
#include <vector>

#include "crypto/certificate.h"

namespace boltseal::crypto {

struct AlternativeNames {
  std::vector<std::string> dns;
  std::vector<std::string> emails;
  std::vector<std::string> uris;
};
/// Other kinds of names are left out. Names with bytes outside printable ASCII, a NUL among them, are
/// bad_format, as is an extension that is no strict DER.
Result<AlternativeNames> alternative_names(const Certificate& certificate);

}  // namespace boltseal::crypto
