#include "crypto/software_key.h"

#include "crypto/ed25519.h"
#include "crypto/message_digest.h"
#include "crypto/pem.h"
#include "crypto/pkey_data.h"
#include "crypto/private_key_encoding.h"
#include "crypto/rsa_numbers.h"

namespace boltseal::crypto {

struct SoftwareKey::Native {
  Native(PkeyPtr k, Secret s)
      : pkey(std::move(k)),
        sign_contexts(pkey.get(), PreparedContexts::Operation::sign),
        secret(std::move(s)) {}
  PkeyPtr pkey;  ///< null for Ed25519
  PreparedContexts sign_contexts;
  Secret secret;  ///< EC: scalar; Ed25519: seed || public key; RSA: PKCS#1 DER
};

struct SoftwareKeyFactory {
  static SoftwareKeyPtr make(PublicKeyPtr public_key, PkeyPtr pkey, Secret secret) {
    auto native = std::make_unique<SoftwareKey::Native>(std::move(pkey), std::move(secret));
    return SoftwareKeyPtr(new SoftwareKey(std::move(public_key), std::move(native)));
  }
};

namespace {

tl::unexpected<Error> mismatch() {
  return fail(ErrorCode::bad_key, "private and public part of the key do not belong together",
              "the key file is damaged or was put together by hand; restore it from a backup");
}

Result<SoftwareKeyPtr> make_ec(const EcPrivateNumbers& numbers) {
  SoftwareKeyPtr key = BS_TRY(SoftwareKey::from_ec_scalar(numbers.curve->algorithm, numbers.scalar));
  if (!numbers.point.empty()) {
    const Bytes given = BS_TRY(uncompressed_point(*numbers.curve, numbers.point));
    const ByteView own = key->public_key()->ec_point();
    if (!std::equal(given.begin(), given.end(), own.begin(), own.end())) return mismatch();
  }
  return key;
}

Result<SoftwareKeyPtr> make_ed25519(const Ed25519Seed& numbers) {
  SoftwareKeyPtr key = BS_TRY(SoftwareKey::from_ed25519_seed(numbers.seed));
  if (!numbers.public_key.empty()) {
    const ByteView own = key->public_key()->raw_ed25519();
    if (!std::equal(numbers.public_key.begin(), numbers.public_key.end(), own.begin(), own.end()))
      return mismatch();
  }
  return key;
}

/// The numbers of a file may disagree; a signature that verifies shows that they do not.
Result<void> check_pair(SoftwareKey& key, Scheme scheme) {
  constexpr std::string_view kMessage = "pairwise consistency";
  const Bytes signature = BS_TRY(key.sign_text(scheme, kMessage));
  if (!verify(*key.public_key(), scheme, kMessage, signature)) return mismatch();
  return {};
}

}  // namespace

SoftwareKey::SoftwareKey(PublicKeyPtr public_key, std::unique_ptr<Native> native)
    : public_key_(std::move(public_key)), native_(std::move(native)) {}
SoftwareKey::~SoftwareKey() = default;

Result<SoftwareKeyPtr> SoftwareKey::generate(KeyAlgorithm algorithm, Random& random) {
  if (algorithm == KeyAlgorithm::rsa)
    return fail(ErrorCode::bad_key, "RSA keys are not generated", "use ECDSA P-256, or import an RSA key");
  if (algorithm == KeyAlgorithm::ed25519) {
    Secret seed(32);
    random.fill({seed.data(), seed.size()});
    return from_ed25519_seed(seed.view());
  }
  const Curve& curve = curve_of(algorithm);
  Secret scalar(curve.bytes);
  do {  // FIPS 186-4, B.4.2: candidates outside [1, n-1] are thrown away
    random.fill({scalar.data(), scalar.size()});
    if (curve.bits % 8 != 0) scalar.data()[0] &= static_cast<std::uint8_t>((1u << (curve.bits % 8)) - 1);
  } while (!is_scalar(curve, scalar.view()));
  return from_ec_scalar(algorithm, scalar.view());
}

Result<SoftwareKeyPtr> SoftwareKey::from_pkcs8(ByteView der) {
  const PrivateNumbers numbers = BS_TRY(read_pkcs8(der));
  if (const auto* ec = std::get_if<EcPrivateNumbers>(&numbers)) return make_ec(*ec);
  if (const auto* ed25519 = std::get_if<Ed25519Seed>(&numbers)) return make_ed25519(*ed25519);
  return from_pkcs1(std::get<RsaPkcs1>(numbers).der);
}

Result<SoftwareKeyPtr> SoftwareKey::from_sec1(ByteView der) {
  return make_ec(BS_TRY(read_sec1(der, nullptr)));
}

Result<SoftwareKeyPtr> SoftwareKey::from_pkcs1(ByteView der) {
  const RsaPrivateNumbers numbers = BS_TRY(read_rsa_private_key(der));
  const RsaPublicNumbers& public_numbers = numbers.public_numbers;
  if (public_numbers.bits < 2048) return fail(ErrorCode::bad_key, "RSA key has less than 2048 bits");
  PkeyData data("RSA");
  data.number("n", public_numbers.modulus).number("e", public_numbers.exponent);
  constexpr std::array kNames = {
      "d", "rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1"};
  for (std::size_t i = 0; i < kNames.size(); ++i) data.number(kNames[i], numbers.secrets[i]);
  PkeyPtr pkey = data.make(EVP_PKEY_KEYPAIR);
  if (!pkey) return openssl_failure(ErrorCode::bad_key, "RSA key is refused");
  der::Writer content;
  content.unsigned_integer(public_numbers.modulus).unsigned_integer(public_numbers.exponent);
  der::Writer pkcs1_public;
  pkcs1_public.element(der::kSequence, content);
  PublicKeyPtr public_key = BS_TRY(PublicKey::from_pem(pem_text("RSA PUBLIC KEY", pkcs1_public.bytes())));
  SoftwareKeyPtr key = SoftwareKeyFactory::make(std::move(public_key), std::move(pkey), Secret(der));
  BS_TRY(check_pair(*key, Scheme::rsa_pkcs1_sha256));
  return key;
}

Result<SoftwareKeyPtr> SoftwareKey::from_ed25519_seed(ByteView seed) {
  if (seed.size() != 32) return fail(ErrorCode::bad_format, "Ed25519 private key has not 32 bytes");
  Secret expanded = ed25519_expand(seed);
  PublicKeyPtr public_key = BS_TRY(PublicKey::from_ed25519(expanded.view().last(32)));
  return SoftwareKeyFactory::make(std::move(public_key), nullptr, std::move(expanded));
}

Result<SoftwareKeyPtr> SoftwareKey::from_ec_scalar(KeyAlgorithm algorithm, ByteView scalar) {
  if (!is_ecdsa(algorithm)) return fail(ErrorCode::bad_key, "algorithm has no elliptic curve scalars");
  const Curve& curve = curve_of(algorithm);
  if (!is_scalar(curve, scalar)) return fail(ErrorCode::bad_key, "private scalar is outside 1..n-1");
  Secret padded(curve.bytes);
  while (scalar.size() > curve.bytes) scalar = scalar.subspan(1);  // zeros, as is_scalar() saw
  std::copy(scalar.begin(), scalar.end(), padded.data() + (curve.bytes - scalar.size()));
  const Bytes point = BS_TRY(public_point(curve, padded.view()));
  PkeyPtr pkey = PkeyData("EC")
                     .text("group", curve.group_name)
                     .octets("pub", point)
                     .number("priv", padded.view())
                     .make(EVP_PKEY_KEYPAIR);
  if (!pkey) return openssl_failure(ErrorCode::bad_key, "elliptic curve key is refused");
  PublicKeyPtr public_key = BS_TRY(PublicKey::from_ec_point(algorithm, point));
  return SoftwareKeyFactory::make(std::move(public_key), std::move(pkey), std::move(padded));
}

Result<Bytes> SoftwareKey::sign(Scheme scheme, ByteView message) {
  if (!fits(public_key_->algorithm(), scheme))
    return fail(ErrorCode::bad_key, std::string("an ")
                                        .append(name_of(public_key_->algorithm()))
                                        .append(" key cannot sign as ")
                                        .append(name_of(scheme)));
  if (scheme == Scheme::ed25519) return ed25519_sign(native_->secret, message);
  const PkeyCtxPtr context = native_->sign_contexts.get(scheme);
  const MessageDigest digest(scheme, message);
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(native_->pkey.get()));
  Bytes signature(size);
  if (!context ||
      EVP_PKEY_sign(context.get(), signature.data(), &size, digest.view().data(), digest.view().size()) != 1)
    return openssl_failure(ErrorCode::internal, "signing failed");
  signature.resize(size);
  if (scheme == Scheme::ecdsa_raw_sha256) return ecdsa_der_to_raw(signature, public_key_->bits());
  return signature;
}

Result<Secret> SoftwareKey::to_pkcs8(Pkcs8Style style) const {
  const ByteView secret = native_->secret.view();
  switch (public_key_->algorithm()) {
    case KeyAlgorithm::ed25519:
      return Secret(write_pkcs8_ed25519(secret, style).bytes());
    case KeyAlgorithm::rsa:
      return Secret(write_pkcs8_rsa(secret, style).bytes());
    default:
      return Secret(
          write_pkcs8_ec(curve_of(public_key_->algorithm()), secret, public_key_->ec_point(), style).bytes());
  }
}

Result<Secret> SoftwareKey::to_sec1() const {
  if (!is_ecdsa(public_key_->algorithm())) return fail(ErrorCode::bad_key, "key is not on an elliptic curve");
  return Secret(
      write_sec1(curve_of(public_key_->algorithm()), native_->secret.view(), public_key_->ec_point(), true)
          .bytes());
}

Result<Secret> SoftwareKey::to_pem() const {
  const Secret der = BS_TRY(to_pkcs8(Pkcs8Style::standard));
  std::string text = pem_text("PRIVATE KEY", der.view());
  Secret out = Secret::of_text(text);
  wipe_string(text);
  return out;
}

}  // namespace boltseal::crypto
