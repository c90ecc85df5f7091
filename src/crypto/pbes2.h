// The parameters of PBES2 (RFC 8018, 6.2; scrypt: RFC 7914, 7) and its key derivation. For crypto/ alone.
#pragma once

#include "base/secret.h"
#include "crypto/der.h"

namespace boltseal::crypto {

struct Pbes2Scheme {
  const char* cipher;  ///< OpenSSL's name
  std::size_t key_bytes;
  ByteView iv;
  ByteView salt;
  const char* prf = nullptr;  ///< digest of the HMAC; null: scrypt
  std::uint64_t iterations = 0;
  std::uint64_t n = 0, r = 0, p = 0;
};

/// Content of PBES2-params. bad_format, bad_key (unknown algorithm), limit_exceeded.
Result<Pbes2Scheme> read_pbes2(der::Reader parameters, std::uint64_t max_iterations);

Result<Secret> derive_key(const Pbes2Scheme& scheme, const Secret& passphrase);

}  // namespace boltseal::crypto
