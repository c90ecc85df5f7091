// OpenSSL's objects as owners, its error queue as Error, and what is fetched once. For the .cc files of
// crypto/ alone. Nothing here runs before its first use.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "crypto/verify.h"

namespace boltseal::crypto {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using CipherPtr = std::unique_ptr<EVP_CIPHER, Freer<EVP_CIPHER_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using BnPtr = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using BnCtxPtr = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;
using EcPointPtr = std::unique_ptr<EC_POINT, Freer<EC_POINT_clear_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using X509StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

/// An Error with what OpenSSL has queued on this thread added to `what`; the queue is empty afterwards.
tl::unexpected<Error> openssl_failure(ErrorCode code, std::string what, std::string hint = {});
/// Drops what OpenSSL has queued: a signature that does not verify is no error.
void clear_openssl_errors();

/// Fetched once, never freed. Abort where the library has none.
const EVP_MD* md_sha256();
const EVP_MD* md_sha384();
const EVP_MD* md_sha512();

/// EVP_PKEY_CTXs that are ready to sign or verify, one per padding, made at first use and duplicated for each
/// operation: the set-up (name look-ups, provider fetches) costs as much as an RSA verify. Thread safe.
class PreparedContexts {
 public:
  enum class Operation : std::uint8_t { sign, verify };
  PreparedContexts(EVP_PKEY* key, Operation operation) : key_(key), operation_(operation) {}

  /// Null where OpenSSL refuses; the reason is in its queue.
  PkeyCtxPtr get(Scheme scheme) const;

 private:
  PkeyCtxPtr make(Scheme scheme) const;
  struct Slot {
    std::once_flag once;
    PkeyCtxPtr context;
  };
  EVP_PKEY* key_;
  Operation operation_;
  mutable std::array<Slot, 4> slots_;
};

}  // namespace boltseal::crypto
