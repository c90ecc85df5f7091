#include "crypto/jwk.h"

#include "base/encoding.h"
#include "crypto/der.h"
#include "crypto/digest.h"
#include "crypto/key_cache.h"
#include "crypto/oids.h"

namespace boltseal::crypto {
namespace {

constexpr std::size_t kMaxNumber = 1024;  // bytes of an RSA modulus of 8192 bits

tl::unexpected<Error> bad_jwk(const std::string& what) {
  return fail(ErrorCode::bad_format, "JSON web key: " + what);
}

Result<std::string_view> text(const json::Value& jwk, std::string_view name) {
  const json::Value* member = jwk.find(name);
  if (member == nullptr || !member->is_string()) return bad_jwk(std::string(name) + " is no string");
  return member->as_string();
}

/// A big-endian number, of `size` bytes where that is not 0.
Result<Bytes> number(const json::Value& jwk, std::string_view name, std::size_t size = 0) {
  const std::string_view encoded = BS_TRY(text(jwk, name));
  if (encoded.size() > 2 * kMaxNumber) return bad_jwk(std::string(name) + " is too long");
  Bytes bytes = BS_TRY(base64url_decode(encoded));
  if (bytes.empty() || (size != 0 && bytes.size() != size))
    return bad_jwk(std::string(name) + " has the wrong length");
  return bytes;
}

Result<PublicKeyPtr> rsa_key(const json::Value& jwk) {
  const Bytes n = BS_TRY(number(jwk, "n"));
  const Bytes e = BS_TRY(number(jwk, "e"));
  if (n[0] == 0 || e[0] == 0) return bad_jwk("a number begins with zero");
  der::Writer numbers, key, algorithm, body, spki;
  numbers.unsigned_integer(n).unsigned_integer(e);
  key.element(der::kSequence, numbers);
  algorithm.oid(oid::kRsa).null();
  body.element(der::kSequence, algorithm).bit_string(key.bytes());
  spki.element(der::kSequence, body);
  return key_cache().from_spki(spki.bytes());
}

Result<PublicKeyPtr> ec_key(const json::Value& jwk) {
  const std::string_view name = BS_TRY(text(jwk, "crv"));
  struct Known {
    std::string_view name;
    KeyAlgorithm algorithm;
    std::size_t bytes;
  };
  constexpr Known kKnown[] = {{"P-256", KeyAlgorithm::ecdsa_p256, 32},
                              {"P-384", KeyAlgorithm::ecdsa_p384, 48},
                              {"P-521", KeyAlgorithm::ecdsa_p521, 66}};
  for (const Known& curve : kKnown) {
    if (curve.name != name) continue;
    Bytes point{4};
    for (const char* coordinate : {"x", "y"}) {
      const Bytes value = BS_TRY(number(jwk, coordinate, curve.bytes));
      point.insert(point.end(), value.begin(), value.end());
    }
    return PublicKey::from_ec_point(curve.algorithm, point);
  }
  return fail(ErrorCode::bad_key, "JSON web key: the curve is not supported");
}

Result<PublicKeyPtr> okp_key(const json::Value& jwk) {
  if (BS_TRY(text(jwk, "crv")) != "Ed25519")
    return fail(ErrorCode::bad_key, "JSON web key: the curve is not supported");
  return key_cache().from_ed25519(BS_TRY(number(jwk, "x", 32)));
}

std::string_view curve_name(KeyAlgorithm algorithm) {
  if (algorithm == KeyAlgorithm::ecdsa_p256) return "P-256";
  return algorithm == KeyAlgorithm::ecdsa_p384 ? "P-384" : "P-521";
}

/// The modulus and the exponent of a key that was loaded: its SPKI is in our normal form.
std::string rsa_members(const PublicKey& key) {
  der::Reader reader(key.spki());
  auto body = reader.enter(der::kSequence);
  if (!body || !body->read(der::kSequence)) return {};
  const auto bits = body->bit_string();
  if (!bits) return {};
  der::Reader inner(*bits);
  auto numbers = inner.enter(der::kSequence);
  if (!numbers) return {};
  const auto n = numbers->unsigned_integer();
  const auto e = numbers->unsigned_integer();
  if (!n || !e) return {};
  return "{\"e\":\"" + base64url_encode(*e) + "\",\"kty\":\"RSA\",\"n\":\"" + base64url_encode(*n) + "\"}";
}

/// The required members in byte order of their names (RFC 7638, 3).
std::string thumbprint_input(const PublicKey& key) {
  if (key.algorithm() == KeyAlgorithm::rsa) return rsa_members(key);
  if (key.algorithm() == KeyAlgorithm::ed25519)
    return "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + base64url_encode(key.raw_ed25519()) + "\"}";
  const ByteView point = key.ec_point().subspan(1);
  const std::size_t half = point.size() / 2;
  return "{\"crv\":\"" + std::string(curve_name(key.algorithm())) + "\",\"kty\":\"EC\",\"x\":\"" +
         base64url_encode(point.first(half)) + "\",\"y\":\"" + base64url_encode(point.last(half)) + "\"}";
}

}  // namespace

Result<PublicKeyPtr> public_key_of_jwk(const json::Value& jwk) {
  if (!jwk.is_object()) return bad_jwk("no object");
  const std::string_view kind = BS_TRY(text(jwk, "kty"));
  if (kind == "RSA") return rsa_key(jwk);
  if (kind == "EC") return ec_key(jwk);
  if (kind == "OKP") return okp_key(jwk);
  return fail(ErrorCode::bad_key, "JSON web key: the kind is not supported");
}

std::string jwk_thumbprint(const PublicKey& key) { return base64url_encode(sha256(thumbprint_input(key))); }

std::string libtrust_fingerprint(const PublicKey& key) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr std::size_t kBytes = 30;
  const Sha256& hash = key.identity();
  std::string out;
  unsigned held = 0, bits = 0, letters = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    held = held << 8 | hash[i];
    for (bits += 8; bits >= 5; bits -= 5) {
      if (letters != 0 && letters % 4 == 0) out += ':';
      out += kAlphabet[held >> (bits - 5) & 31u];
      ++letters;
    }
    held &= (1u << bits) - 1;
  }
  return out;
}

}  // namespace boltseal::crypto
