#include "crypto/public_key.h"

#include "crypto/curve.h"
#include "crypto/der.h"
#include "crypto/digest.h"
#include "crypto/oids.h"
#include "crypto/pem.h"
#include "crypto/pkey_data.h"
#include "crypto/public_key_native.h"
#include "crypto/rsa_numbers.h"

namespace boltseal::crypto {

struct PublicKeyFactory {
  static PublicKeyPtr make(KeyAlgorithm algorithm, int bits, Bytes spki, PkeyPtr pkey) {
    return PublicKeyPtr(new PublicKey(algorithm, bits, std::move(spki),
                                      std::make_unique<PublicKey::Native>(std::move(pkey))));
  }
};

namespace {

/// SubjectPublicKeyInfo of an algorithm identifier's content and the key's octets.
Bytes write_spki(const der::Writer& algorithm, ByteView key) {
  der::Writer content;
  content.element(der::kSequence, algorithm).bit_string(key);
  der::Writer spki;
  spki.element(der::kSequence, content);
  return spki.take();
}

Result<PublicKeyPtr> make_ec(const Curve& curve, ByteView encoded) {
  // fromdata checks that the point lies on the curve; the short form is expanded first.
  const bool plain = encoded.size() == 1 + 2 * curve.bytes && encoded[0] == 0x04;
  const Bytes expanded = plain ? Bytes() : BS_TRY(uncompressed_point(curve, encoded));
  const ByteView point = plain ? encoded : ByteView(expanded);
  PkeyPtr pkey =
      PkeyData("EC").text("group", curve.group_name).octets("pub", point).make(EVP_PKEY_PUBLIC_KEY);
  if (!pkey) return openssl_failure(ErrorCode::bad_key, "elliptic curve point does not lie on its curve");
  der::Writer algorithm;
  algorithm.oid(oid::kEcPublicKey).oid(curve.oid);
  return PublicKeyFactory::make(curve.algorithm, curve.bits, write_spki(algorithm, point), std::move(pkey));
}

Result<PublicKeyPtr> make_rsa(ByteView der) {
  const RsaPublicNumbers numbers = BS_TRY(read_rsa_public_key(der));
  PkeyPtr pkey =
      PkeyData("RSA").number("n", numbers.modulus).number("e", numbers.exponent).make(EVP_PKEY_PUBLIC_KEY);
  if (!pkey) return openssl_failure(ErrorCode::bad_key, "RSA key is refused");
  der::Writer algorithm;
  algorithm.oid(oid::kRsa).null();
  return PublicKeyFactory::make(KeyAlgorithm::rsa, numbers.bits, write_spki(algorithm, der), std::move(pkey));
}

}  // namespace

std::string_view name_of(KeyAlgorithm algorithm) {
  switch (algorithm) {
    case KeyAlgorithm::ecdsa_p256:
      return "ecdsa-p256";
    case KeyAlgorithm::ecdsa_p384:
      return "ecdsa-p384";
    case KeyAlgorithm::ecdsa_p521:
      return "ecdsa-p521";
    case KeyAlgorithm::ed25519:
      return "ed25519";
    case KeyAlgorithm::rsa:
      return "rsa";
  }
  return "unknown";
}

PublicKey::PublicKey(KeyAlgorithm algorithm, int bits, Bytes spki, std::unique_ptr<Native> native)
    : algorithm_(algorithm),
      bits_(bits),
      spki_(std::move(spki)),
      identity_(crypto::sha256(ByteView(spki_))),
      native_(std::move(native)) {}
PublicKey::~PublicKey() = default;

Result<PublicKeyPtr> PublicKey::from_spki(ByteView der) {
  der::Reader outer(der);
  der::Reader spki = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  der::Reader algorithm = BS_TRY(spki.enter(der::kSequence));
  const ByteView kind = BS_TRY(algorithm.read(der::kOid));
  const ByteView key = BS_TRY(spki.bit_string());
  BS_TRY(spki.end());
  if (oid::equal(kind, oid::kEcPublicKey)) {
    if (algorithm.peek() != der::kOid)
      return fail(ErrorCode::bad_key, "elliptic curve key without a named curve");
    const Curve* curve = find_curve(BS_TRY(algorithm.read(der::kOid)));
    BS_TRY(algorithm.end());
    if (curve == nullptr) return fail(ErrorCode::bad_key, "elliptic curve is none of P-256, P-384, P-521");
    return make_ec(*curve, key);
  }
  if (oid::equal(kind, oid::kEd25519)) {
    BS_TRY(algorithm.end());
    return from_ed25519(key);
  }
  if (oid::equal(kind, oid::kRsa)) {
    BS_TRY(algorithm.null());
    BS_TRY(algorithm.end());
    return make_rsa(key);
  }
  return fail(ErrorCode::bad_key, "public key is none of ECDSA, Ed25519, RSA");
}

Result<PublicKeyPtr> PublicKey::from_pem(std::string_view pem) {
  const PemBlock block = BS_TRY(pem_read_first(pem));
  if (block.type == "PUBLIC KEY") return from_spki(block.der);
  if (block.type == "RSA PUBLIC KEY") return make_rsa(block.der);
  return fail(ErrorCode::bad_format, "PEM block is no public key");
}

Result<PublicKeyPtr> PublicKey::from_ed25519(ByteView raw) {
  if (raw.size() != 32) return fail(ErrorCode::bad_format, "Ed25519 public key has not 32 bytes");
  der::Writer algorithm;
  algorithm.oid(oid::kEd25519);
  return PublicKeyFactory::make(KeyAlgorithm::ed25519, 256, write_spki(algorithm, raw), nullptr);
}

Result<PublicKeyPtr> PublicKey::from_ec_point(KeyAlgorithm curve, ByteView point) {
  if (!is_ecdsa(curve)) return fail(ErrorCode::bad_key, "algorithm has no elliptic curve points");
  return make_ec(curve_of(curve), point);
}

std::string PublicKey::pem() const { return pem_text("PUBLIC KEY", spki_); }

ByteView PublicKey::raw_ed25519() const {
  return algorithm_ == KeyAlgorithm::ed25519 ? ByteView(spki_).last(32) : ByteView();
}

ByteView PublicKey::ec_point() const {
  return is_ecdsa(algorithm_) ? ByteView(spki_).last(1 + 2 * curve_of(algorithm_).bytes) : ByteView();
}

}  // namespace boltseal::crypto
