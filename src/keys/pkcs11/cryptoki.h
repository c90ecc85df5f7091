// PKCS#11 2.40 as p11-kit's header tells it. For the .cc files of this folder alone.
#pragma once

#ifndef CRYPTOKI_GNU
#define CRYPTOKI_GNU 1  // its types in lower case, without a few hundred macros
#endif
#include <p11-kit/pkcs11.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace boltseal::keys::pkcs11 {

/// A failed call in plain words; `what` is what was tried ("signing with key ..."). The code is
///   bad_passphrase   PIN wrong or locked        key_missing   token or key not there
///   locked           no session was free        disk_full     the token's memory
///   bad_key          the token cannot do this with this key   io_error     all else
Error cryptoki_error(ck_rv_t code, std::string what);

/// Whether session, login or token were lost, so that the same may succeed after a new login.
bool is_loss(ck_rv_t code);

/// A fixed-width text field of a token: blanks at its end are padding.
std::string field_text(const unsigned char* field, std::size_t size);

}  // namespace boltseal::keys::pkcs11
