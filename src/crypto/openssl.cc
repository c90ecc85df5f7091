#include "crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <cstdio>
#include <cstdlib>

namespace boltseal::crypto {
namespace {

EVP_MD* fetch_md(const char* name) {
  EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  if (md == nullptr) {
    std::fprintf(stderr, "OpenSSL has no %s\n", name);
    std::abort();
  }
  return md;
}

std::size_t slot_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::rsa_pss_sha256:
      return 1;
    case Scheme::rsa_pss_sha256_salt32:
      return 2;
    case Scheme::rsa_pkcs1_sha256:
      return 3;
    default:
      return 0;
  }
}

bool set_rsa_padding(EVP_PKEY_CTX* context, Scheme scheme, bool signing) {
  if (EVP_PKEY_CTX_set_signature_md(context, md_sha256()) <= 0) return false;
  if (scheme == Scheme::rsa_pkcs1_sha256) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
  const bool any_salt = scheme == Scheme::rsa_pss_sha256 && !signing;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, md_sha256()) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, any_salt ? RSA_PSS_SALTLEN_AUTO : 32) > 0;
}

}  // namespace

tl::unexpected<Error> openssl_failure(ErrorCode code, std::string what, std::string hint) {
  // The first entry is the deepest: what really went wrong. Reasons are OpenSSL's own constant texts.
  if (const unsigned long first = ERR_get_error(); first != 0) {
    if (const char* reason = ERR_reason_error_string(first); reason != nullptr) {
      what += ": ";
      what += reason;
    }
  }
  ERR_clear_error();
  return fail(code, std::move(what), std::move(hint));
}

void clear_openssl_errors() { ERR_clear_error(); }

const EVP_MD* md_sha256() {
  static const EVP_MD* const md = fetch_md("SHA256");
  return md;
}
const EVP_MD* md_sha384() {
  static const EVP_MD* const md = fetch_md("SHA384");
  return md;
}
const EVP_MD* md_sha512() {
  static const EVP_MD* const md = fetch_md("SHA512");
  return md;
}

PkeyCtxPtr PreparedContexts::make(Scheme scheme) const {
  PkeyCtxPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr));
  if (!context) return nullptr;
  const bool signing = operation_ == Operation::sign;
  const int ready = signing ? EVP_PKEY_sign_init(context.get()) : EVP_PKEY_verify_init(context.get());
  if (ready <= 0) return nullptr;
  // ECDSA takes a digest of any length as it is; RSA's padding names the hash.
  if (slot_of(scheme) != 0 && !set_rsa_padding(context.get(), scheme, signing)) return nullptr;
  return context;
}

PkeyCtxPtr PreparedContexts::get(Scheme scheme) const {
  Slot& slot = slots_[slot_of(scheme)];
  std::call_once(slot.once, [&] { slot.context = make(scheme); });
  return slot.context ? PkeyCtxPtr(EVP_PKEY_CTX_dup(slot.context.get())) : nullptr;
}

}  // namespace boltseal::crypto
