#include "crypto/verify.h"

#include "crypto/ed25519.h"
#include "crypto/message_digest.h"
#include "crypto/public_key_native.h"
#include "crypto/signer.h"

namespace boltseal::crypto {
namespace {

bool verify_with_openssl(const PublicKey& key, Scheme scheme, ByteView message, ByteView signature) {
  const PkeyCtxPtr context = key.native().verify_contexts.get(scheme);
  const MessageDigest digest(scheme, message);
  const bool good = context && EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                               digest.view().data(), digest.view().size()) == 1;
  if (!good) clear_openssl_errors();
  return good;
}

/// Both forms are taken apart by us first; OpenSSL sees only what is in range and strict DER.
bool verify_ecdsa(const PublicKey& key, Scheme scheme, ByteView message, ByteView signature) {
  if (scheme == Scheme::ecdsa_raw_sha256) {
    const auto der = ecdsa_raw_to_der(signature, key.bits());
    return der && verify_with_openssl(key, scheme, message, *der);
  }
  return ecdsa_der_to_raw(signature, key.bits()) && verify_with_openssl(key, scheme, message, signature);
}

bool verify_rsa(const PublicKey& key, Scheme scheme, ByteView message, ByteView signature) {
  const auto modulus_bytes = static_cast<std::size_t>((key.bits() + 7) / 8);
  return signature.size() == modulus_bytes && verify_with_openssl(key, scheme, message, signature);
}

}  // namespace

std::string_view name_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::ecdsa_der_sha256:
      return "ecdsa-sha256";
    case Scheme::ecdsa_der_sha384:
      return "ecdsa-sha384";
    case Scheme::ecdsa_der_sha512:
      return "ecdsa-sha512";
    case Scheme::ecdsa_raw_sha256:
      return "ecdsa-raw-sha256";
    case Scheme::ed25519:
      return "ed25519";
    case Scheme::rsa_pss_sha256:
      return "rsa-pss-sha256";
    case Scheme::rsa_pss_sha256_salt32:
      return "rsa-pss-sha256-salt32";
    case Scheme::rsa_pkcs1_sha256:
      return "rsa-pkcs1-sha256";
  }
  return "unknown";
}

bool fits(KeyAlgorithm algorithm, Scheme scheme) {
  switch (scheme) {
    case Scheme::ecdsa_der_sha256:
    case Scheme::ecdsa_der_sha384:
    case Scheme::ecdsa_der_sha512:
    case Scheme::ecdsa_raw_sha256:
      return is_ecdsa(algorithm);
    case Scheme::ed25519:
      return algorithm == KeyAlgorithm::ed25519;
    case Scheme::rsa_pss_sha256:
    case Scheme::rsa_pss_sha256_salt32:
    case Scheme::rsa_pkcs1_sha256:
      return algorithm == KeyAlgorithm::rsa;
  }
  return false;
}

bool verify(const PublicKey& key, Scheme scheme, ByteView message, ByteView signature) {
  if (!fits(key.algorithm(), scheme) || !key.usable()) return false;
  switch (key.algorithm()) {
    case KeyAlgorithm::ed25519:
      return ed25519_verify(key.raw_ed25519(), message, signature);
    case KeyAlgorithm::rsa:
      return verify_rsa(key, scheme, message, signature);
    default:
      return verify_ecdsa(key, scheme, message, signature);
  }
}

}  // namespace boltseal::crypto
