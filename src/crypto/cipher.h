// CBC ciphers that key files are encrypted with. For crypto/ alone.
#pragma once

#include <optional>
#include <string_view>

#include "base/secret.h"
#include "crypto/openssl.h"

namespace boltseal::crypto {

/// OpenSSL's names: AES-128-CBC, AES-192-CBC, AES-256-CBC, DES-EDE3-CBC, DES-CBC. bad_key (with a hint) where
/// this machine's OpenSSL does not have it; DES-CBC comes from its legacy provider, loaded apart from the
/// default.
Result<CipherPtr> fetch_cipher(const char* name);

/// PKCS#7 padding. bad_passphrase where it is wrong, bad_format where `data` is no whole number of blocks.
Result<Secret> cbc_decrypt(const EVP_CIPHER& cipher, const Secret& key, ByteView iv, ByteView data);
Result<Bytes> cbc_encrypt(const EVP_CIPHER& cipher, const Secret& key, ByteView iv, ByteView plain);

}  // namespace boltseal::crypto
