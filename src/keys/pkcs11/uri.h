// PKCS#11 URIs (RFC 7512), as far as they name a token and a key on it. Pure, thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal::keys::pkcs11 {

/// What stands in the URI must be the token's or the key's, to the byte; what does not stand there may be
/// any.
struct Uri {
  std::optional<std::string> token, manufacturer, model, serial;  ///< of the token
  std::optional<std::string> object;                              ///< CKA_LABEL of the key
  std::optional<Bytes> id;                                        ///< CKA_ID of the key
  std::string module_path;                                        ///< file of the module; empty: not said
  std::string pin_file;  ///< file with the PIN, from `pin-source`; empty: not said
};

/// `pkcs11:token=...;object=...?module-path=/...&pin-source=file:/...`. bad_config: another scheme, a syntax
/// error, an attribute twice or one that we do not know (it would say which key is meant), relative paths,
/// and `pin-value`: a PIN does not belong where configurations and command lines are read by others.
Result<Uri> parse_uri(std::string_view text);

}  // namespace boltseal::keys::pkcs11
