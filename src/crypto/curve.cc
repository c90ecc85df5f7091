#include "crypto/curve.h"

#include <openssl/obj_mac.h>

#include <array>
#include <cstdlib>

#include "crypto/oids.h"
#include "crypto/openssl.h"

namespace boltseal::crypto {
namespace {

constexpr std::array<std::uint8_t, 32> kOrder256 = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr std::array<std::uint8_t, 48> kOrder384 = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
    0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73};
constexpr std::array<std::uint8_t, 66> kOrder521 = {
    0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfa,
    0x51, 0x86, 0x87, 0x83, 0xbf, 0x2f, 0x96, 0x6b, 0x7f, 0xcc, 0x01, 0x48, 0xf7, 0x09, 0xa5, 0xd0, 0x3b,
    0xb5, 0xc9, 0xb8, 0x89, 0x9c, 0x47, 0xae, 0xbb, 0x6f, 0xb7, 0x1e, 0x91, 0x38, 0x64, 0x09};

constexpr std::array<Curve, 3> kCurves = {{
    {KeyAlgorithm::ecdsa_p256, 256, 32, "P-256", NID_X9_62_prime256v1, oid::kP256, kOrder256},
    {KeyAlgorithm::ecdsa_p384, 384, 48, "P-384", NID_secp384r1, oid::kP384, kOrder384},
    {KeyAlgorithm::ecdsa_p521, 521, 66, "P-521", NID_secp521r1, oid::kP521, kOrder521},
}};

const EC_GROUP* make_group(const Curve& curve) {
  const EC_GROUP* group = EC_GROUP_new_by_curve_name(curve.nid);
  if (group == nullptr) std::abort();
  return group;
}

Result<Bytes> encode_point(const Curve& curve, const EC_POINT* point) {
  Bytes out(1 + 2 * curve.bytes);
  const std::size_t size = EC_POINT_point2oct(group_of(curve), point, POINT_CONVERSION_UNCOMPRESSED,
                                              out.data(), out.size(), nullptr);
  if (size != out.size()) return openssl_failure(ErrorCode::bad_key, "elliptic curve point at infinity");
  return out;
}

}  // namespace

const Curve& curve_of(KeyAlgorithm algorithm) { return kCurves.at(static_cast<std::size_t>(algorithm)); }

const Curve* find_curve(ByteView oid) {
  for (const Curve& curve : kCurves)
    if (oid::equal(curve.oid, oid)) return &curve;
  return nullptr;
}

const Curve* find_curve(int bits) {
  for (const Curve& curve : kCurves)
    if (curve.bits == bits) return &curve;
  return nullptr;
}

const EC_GROUP* group_of(const Curve& curve) {
  switch (curve.algorithm) {
    case KeyAlgorithm::ecdsa_p384: {
      static const EC_GROUP* const group = make_group(curve);
      return group;
    }
    case KeyAlgorithm::ecdsa_p521: {
      static const EC_GROUP* const group = make_group(curve);
      return group;
    }
    default: {
      static const EC_GROUP* const group = make_group(curve);
      return group;
    }
  }
}

bool is_scalar(const Curve& curve, ByteView value) {
  while (!value.empty() && value[0] == 0) value = value.subspan(1);
  if (value.empty() || value.size() > curve.bytes) return false;
  if (value.size() < curve.bytes) return true;  // the orders' first octet is not zero
  return std::lexicographical_compare(value.begin(), value.end(), curve.order.begin(), curve.order.end());
}

Result<Bytes> uncompressed_point(const Curve& curve, ByteView point) {
  const bool plain = point.size() == 1 + 2 * curve.bytes && point[0] == 0x04;
  const bool compressed = point.size() == 1 + curve.bytes && (point[0] == 0x02 || point[0] == 0x03);
  if (!plain && !compressed)
    return fail(ErrorCode::bad_key, "elliptic curve point has a wrong length or form");
  const EcPointPtr parsed(EC_POINT_new(group_of(curve)));
  if (!parsed || EC_POINT_oct2point(group_of(curve), parsed.get(), point.data(), point.size(), nullptr) != 1)
    return openssl_failure(ErrorCode::bad_key, "elliptic curve point does not lie on its curve");
  if (plain) return to_bytes(point);
  return encode_point(curve, parsed.get());
}

Result<Bytes> public_point(const Curve& curve, ByteView scalar) {
  const BnCtxPtr context(BN_CTX_secure_new());
  const BnPtr d(BN_secure_new());
  const EcPointPtr point(EC_POINT_new(group_of(curve)));
  if (!context || !d || !point ||
      BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), d.get()) == nullptr)
    return openssl_failure(ErrorCode::internal, "out of memory for a key");
  BN_set_flags(d.get(), BN_FLG_CONSTTIME);
  if (EC_POINT_mul(group_of(curve), point.get(), d.get(), nullptr, nullptr, context.get()) != 1)
    return openssl_failure(ErrorCode::bad_key, "cannot derive the public key");
  return encode_point(curve, point.get());
}

}  // namespace boltseal::crypto
