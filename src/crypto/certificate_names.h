// The names that a certificate gives its subject (RFC 5280, 4.1.2.6 and 4.2.1.6). Text from outside; whether
// a name counts is the caller's.
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

/// The subject as RFC 4514 writes it: "CN=ci,O=Example", the most specific part first, attribute types
/// without a name as "1.2.3=#<hex of the DER>". What is special in it, controls and bytes above 0x7e are
/// escaped, so that one subject has one text. Empty for an empty subject.
Result<std::string> subject_text(const Certificate& certificate);

}  // namespace boltseal::crypto
