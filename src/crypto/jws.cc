#include "crypto/jws.h"

#include <openssl/rsa.h>

#include <array>

#include "crypto/public_key_native.h"
#include "crypto/verify.h"

namespace boltseal::crypto {
namespace {

/// RS384 and RS512: tokens alone use them, so they are no Scheme.
bool verify_rsa(const PublicKey& key, const EVP_MD* digest, std::string_view message, ByteView signature) {
  if (signature.size() != static_cast<std::size_t>((key.bits() + 7) / 8)) return false;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  const PkeyCtxPtr context(EVP_PKEY_CTX_new(key.native().pkey.get(), nullptr));
  const bool good =
      context && EVP_Digest(message.data(), message.size(), hash.data(), &size, digest, nullptr) == 1 &&
      EVP_PKEY_verify_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_CTX_set_signature_md(context.get(), digest) == 1 &&
      EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(), size) == 1;
  if (!good) clear_openssl_errors();
  return good;
}

bool verify_ecdsa(const PublicKey& key, Scheme scheme, std::string_view message, ByteView signature) {
  const auto der = ecdsa_raw_to_der(signature, key.bits());
  return der && verify(key, scheme, message, *der);
}

}  // namespace

std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name) {
  if (name == "RS256") return JwsAlgorithm::rs256;
  if (name == "RS384") return JwsAlgorithm::rs384;
  if (name == "RS512") return JwsAlgorithm::rs512;
  if (name == "ES256") return JwsAlgorithm::es256;
  if (name == "ES384") return JwsAlgorithm::es384;
  if (name == "ES512") return JwsAlgorithm::es512;
  if (name == "EdDSA") return JwsAlgorithm::eddsa;
  return std::nullopt;
}

bool fits(const PublicKey& key, JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::rs256:
    case JwsAlgorithm::rs384:
    case JwsAlgorithm::rs512:
      return key.algorithm() == KeyAlgorithm::rsa && key.usable();
    case JwsAlgorithm::es256:
      return key.algorithm() == KeyAlgorithm::ecdsa_p256;
    case JwsAlgorithm::es384:
      return key.algorithm() == KeyAlgorithm::ecdsa_p384;
    case JwsAlgorithm::es512:
      return key.algorithm() == KeyAlgorithm::ecdsa_p521;
    case JwsAlgorithm::eddsa:
      return key.algorithm() == KeyAlgorithm::ed25519;
  }
  return false;
}

bool verify_jws(const PublicKey& key, JwsAlgorithm algorithm, std::string_view message, ByteView signature) {
  if (!fits(key, algorithm)) return false;
  switch (algorithm) {
    case JwsAlgorithm::rs256:
      return verify(key, Scheme::rsa_pkcs1_sha256, message, signature);
    case JwsAlgorithm::rs384:
      return verify_rsa(key, md_sha384(), message, signature);
    case JwsAlgorithm::rs512:
      return verify_rsa(key, md_sha512(), message, signature);
    case JwsAlgorithm::es256:
      return verify(key, Scheme::ecdsa_raw_sha256, message, signature);
    case JwsAlgorithm::es384:
      return verify_ecdsa(key, Scheme::ecdsa_der_sha384, message, signature);
    case JwsAlgorithm::es512:
      return verify_ecdsa(key, Scheme::ecdsa_der_sha512, message, signature);
    case JwsAlgorithm::eddsa:
      return verify(key, Scheme::ed25519, message, signature);
  }
  return false;
}

}  // namespace boltseal::crypto
