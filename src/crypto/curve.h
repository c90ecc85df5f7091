// The three NIST curves: sizes, names, orders. For crypto/ alone.
#pragma once

#include <openssl/ec.h>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/public_key.h"

namespace boltseal::crypto {

struct Curve {
  KeyAlgorithm algorithm;
  int bits;
  std::size_t bytes;       ///< of a coordinate and of a scalar
  const char* group_name;  ///< OpenSSL's
  int nid;
  ByteView oid;
  ByteView order;  ///< n, big-endian, `bytes` long
};

const Curve& curve_of(KeyAlgorithm algorithm);  ///< one of the ECDSA algorithms
const Curve* find_curve(ByteView oid);          ///< null where unknown
const Curve* find_curve(int bits);

/// Made once, never freed.
const EC_GROUP* group_of(const Curve& curve);

/// Whether 1 <= value < n, for a big-endian value of any length.
bool is_scalar(const Curve& curve, ByteView value);

/// The uncompressed form of a point on the curve; bad_key where it is none.
Result<Bytes> uncompressed_point(const Curve& curve, ByteView point);
/// d * G, uncompressed; `scalar` satisfies is_scalar().
Result<Bytes> public_point(const Curve& curve, ByteView scalar);

}  // namespace boltseal::crypto
