#include "crypto/private_key_encoding.h"

#include "crypto/oids.h"

namespace boltseal::crypto {
namespace {

tl::unexpected<Error> bad_private_key(const char* what) {
  return fail(ErrorCode::bad_key, std::string("private key ") + what);
}

/// RFC 5958, 2: [0] attributes, which say nothing about the key, and [1] the public key (version 1 only).
Result<ByteView> read_tail(der::Reader& info) {
  if (info.peek() == der::context(0)) BS_TRY(info.next());
  ByteView public_key;
  if (info.peek() == der::context_primitive(1)) {
    const ByteView bits = BS_TRY(info.read(der::context_primitive(1)));
    if (bits.empty() || bits[0] != 0)
      return fail(ErrorCode::bad_format, "public part of a private key is no octets");
    public_key = bits.subspan(1);
  }
  BS_TRY(info.end());
  return public_key;
}

Result<PrivateNumbers> read_ec(der::Reader algorithm, ByteView content, ByteView tail) {
  const Curve* curve = nullptr;
  if (!algorithm.at_end()) {
    curve = find_curve(BS_TRY(algorithm.read(der::kOid)));
    if (curve == nullptr) return bad_private_key("is on none of the curves P-256, P-384, P-521");
    BS_TRY(algorithm.end());
  }
  EcPrivateNumbers numbers = BS_TRY(read_sec1(content, curve));
  if (!tail.empty()) {
    if (!numbers.point.empty() && !oid::equal(numbers.point, tail))
      return bad_private_key("holds two public parts");
    numbers.point = tail;
  }
  return numbers;
}

Result<PrivateNumbers> read_ed25519(der::Reader algorithm, ByteView content, ByteView tail) {
  BS_TRY(algorithm.end());
  der::Reader inner(content);
  const ByteView seed = BS_TRY(inner.read(der::kOctetString));
  BS_TRY(inner.end());
  return Ed25519Seed{seed, tail};
}

/// Notary's own: public key (32) || private key in Go's form (seed || public key).
Result<PrivateNumbers> read_notary_ed25519(ByteView content) {
  if (content.size() != 96 || !oid::equal(content.first(32), content.last(32)))
    return bad_private_key("of Notary's Ed25519 form is inconsistent");
  return Ed25519Seed{content.subspan(32, 32), content.first(32)};
}

der::Writer wrap_pkcs8(std::uint64_t version, const der::Writer& algorithm, ByteView key) {
  der::Writer content;
  content.small_integer(version).element(der::kSequence, algorithm).element(der::kOctetString, key);
  der::Writer out;
  out.element(der::kSequence, content);
  return out;
}

}  // namespace

Result<PrivateNumbers> read_pkcs8(ByteView der) {
  der::Reader outer(der);
  der::Reader info = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  if (BS_TRY(info.small_integer()) > 1)
    return fail(ErrorCode::bad_format, "PKCS#8 version is neither 0 nor 1");
  der::Reader algorithm = BS_TRY(info.enter(der::kSequence));
  const ByteView kind = BS_TRY(algorithm.read(der::kOid));
  const ByteView content = BS_TRY(info.read(der::kOctetString));
  const ByteView tail = BS_TRY(read_tail(info));
  if (oid::equal(kind, oid::kEcPublicKey)) return read_ec(algorithm, content, tail);
  if (oid::equal(kind, oid::kEd25519)) return read_ed25519(algorithm, content, tail);
  if (oid::equal(kind, oid::kNotaryEd25519)) return read_notary_ed25519(content);
  if (oid::equal(kind, oid::kRsa)) {
    if (!algorithm.at_end()) BS_TRY(algorithm.null());  // Notary leaves the NULL out
    BS_TRY(algorithm.end());
    return RsaPkcs1{content};
  }
  return bad_private_key("is none of ECDSA, Ed25519, RSA");
}

Result<EcPrivateNumbers> read_sec1(ByteView der, const Curve* outer_curve) {
  der::Reader outer(der);
  der::Reader key = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  if (BS_TRY(key.small_integer()) != 1) return fail(ErrorCode::bad_format, "ECPrivateKey version is not 1");
  EcPrivateNumbers numbers{outer_curve, BS_TRY(key.read(der::kOctetString)), {}};
  if (key.peek() == der::context(0)) {
    der::Reader parameters = BS_TRY(key.enter(der::context(0)));
    if (parameters.peek() != der::kOid) return bad_private_key("has no named curve");
    const Curve* inner = find_curve(BS_TRY(parameters.read(der::kOid)));
    BS_TRY(parameters.end());
    if (inner == nullptr) return bad_private_key("is on none of the curves P-256, P-384, P-521");
    if (outer_curve != nullptr && inner != outer_curve) return bad_private_key("names two curves");
    numbers.curve = inner;
  }
  if (numbers.curve == nullptr) return bad_private_key("does not name its curve");
  if (key.peek() == der::context(1)) {
    der::Reader public_part = BS_TRY(key.enter(der::context(1)));
    numbers.point = BS_TRY(public_part.bit_string());
    BS_TRY(public_part.end());
  }
  BS_TRY(key.end());
  return numbers;
}

der::Writer write_sec1(const Curve& curve, ByteView scalar, ByteView point, bool named) {
  der::Writer content;
  content.small_integer(1).element(der::kOctetString, scalar);
  if (named) {
    der::Writer parameters;
    parameters.oid(curve.oid);
    content.element(der::context(0), parameters);
  }
  der::Writer public_part;
  public_part.bit_string(point);
  content.element(der::context(1), public_part);
  der::Writer out;
  out.element(der::kSequence, content);
  return out;
}

der::Writer write_pkcs8_ec(const Curve& curve, ByteView scalar, ByteView point, Pkcs8Style style) {
  const bool notary = style == Pkcs8Style::notary;
  der::Writer algorithm;
  algorithm.oid(oid::kEcPublicKey).oid(curve.oid);
  return wrap_pkcs8(notary ? 1 : 0, algorithm, write_sec1(curve, scalar, point, notary).bytes());
}

der::Writer write_pkcs8_rsa(ByteView pkcs1, Pkcs8Style style) {
  der::Writer algorithm;
  algorithm.oid(oid::kRsa);
  if (style == Pkcs8Style::standard) algorithm.null();
  return wrap_pkcs8(0, algorithm, pkcs1);
}

der::Writer write_pkcs8_ed25519(ByteView expanded, Pkcs8Style style) {
  der::Writer algorithm;
  der::Writer key;
  if (style == Pkcs8Style::notary) {
    algorithm.oid(oid::kNotaryEd25519);
    key.raw(expanded.last(32)).raw(expanded);
  } else {
    algorithm.oid(oid::kEd25519);
    key.element(der::kOctetString, expanded.first(32));
  }
  return wrap_pkcs8(0, algorithm, key.bytes());
}

}  // namespace boltseal::crypto
