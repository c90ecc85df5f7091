// RSA keys as numbers (RFC 8017, A.1). For crypto/ alone.
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/result.h"

namespace boltseal::crypto {

struct RsaPublicNumbers {
  ByteView modulus;  ///< big-endian, no leading zero; a view of the bytes that were read
  ByteView exponent;
  int bits;
};
/// RSAPublicKey. bad_format; bad_key where the modulus is even or outside 512..8192 bits, or the exponent is
/// even or outside 3..2^31-1 (larger ones only cost time).
Result<RsaPublicNumbers> read_rsa_public_key(ByteView der);

struct RsaPrivateNumbers {
  RsaPublicNumbers public_numbers;
  /// d, p, q, d mod p-1, d mod q-1, 1/q mod p.
  std::array<ByteView, 6> secrets;
};
/// RSAPrivateKey with two primes.
Result<RsaPrivateNumbers> read_rsa_private_key(ByteView der);

}  // namespace boltseal::crypto
