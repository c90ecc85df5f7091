// Private keys as DER: PKCS#8, SEC 1, PKCS#1, in the standard and in Notary's spelling. For crypto/ alone.
#pragma once

#include <variant>

#include "crypto/curve.h"
#include "crypto/der.h"
#include "crypto/software_key.h"

namespace boltseal::crypto {

/// A private key that was read, not yet checked. Views of the bytes that were read.
struct EcPrivateNumbers {
  const Curve* curve;
  ByteView scalar;
  ByteView point;  ///< as it stands in the file; empty where it is missing
};
struct Ed25519Seed {
  ByteView seed;
  ByteView public_key;  ///< empty where it is missing
};
struct RsaPkcs1 {
  ByteView der;
};
using PrivateNumbers = std::variant<EcPrivateNumbers, Ed25519Seed, RsaPkcs1>;

/// PrivateKeyInfo (RFC 5958) of either style.
Result<PrivateNumbers> read_pkcs8(ByteView der);
/// ECPrivateKey; `outer` is the curve named outside (null: it must be named inside).
Result<EcPrivateNumbers> read_sec1(ByteView der, const Curve* outer);

/// ECPrivateKey with the public point, and with the curve where `named`.
der::Writer write_sec1(const Curve& curve, ByteView scalar, ByteView point, bool named);
der::Writer write_pkcs8_ec(const Curve& curve, ByteView scalar, ByteView point, Pkcs8Style style);
der::Writer write_pkcs8_rsa(ByteView pkcs1, Pkcs8Style style);
/// `expanded` is seed || public key.
der::Writer write_pkcs8_ed25519(ByteView expanded, Pkcs8Style style);

}  // namespace boltseal::crypto
