#include "crypto/cipher.h"

#include <openssl/provider.h>

#include <cstring>

namespace boltseal::crypto {
namespace {

/// A library context of its own: loading a provider into the default one would switch its automatic
/// default provider off. Null where the legacy provider is not installed.
OSSL_LIB_CTX* legacy_context() {
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "legacy") == nullptr) {
      OSSL_LIB_CTX_free(made);
      made = nullptr;
    }
    return made;
  }();
  return context;
}

tl::unexpected<Error> wrong_passphrase() {
  clear_openssl_errors();
  return fail(ErrorCode::bad_passphrase, "the passphrase does not open the key");
}

}  // namespace

Result<CipherPtr> fetch_cipher(const char* name) {
  CipherPtr cipher;
  if (std::strcmp(name, "DES-CBC") == 0) {
    if (OSSL_LIB_CTX* context = legacy_context(); context != nullptr)
      cipher.reset(EVP_CIPHER_fetch(context, name, nullptr));
  } else {
    cipher.reset(EVP_CIPHER_fetch(nullptr, name, nullptr));
  }
  if (!cipher) {
    return openssl_failure(ErrorCode::bad_key, std::string("this machine's OpenSSL has no ") + name,
                           "encrypt the key anew with AES-256-CBC on a machine that has it");
  }
  return cipher;
}

Result<Secret> cbc_decrypt(const EVP_CIPHER& cipher, const Secret& key, ByteView iv, ByteView data) {
  const auto block = static_cast<std::size_t>(EVP_CIPHER_get_block_size(&cipher));
  if (data.empty() || data.size() % block != 0 || data.size() > (1u << 20))
    return fail(ErrorCode::bad_format, "encrypted key is no whole number of blocks");
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  Secret plain(data.size() + block);
  int size = 0;
  int tail = 0;
  if (!context || EVP_DecryptInit_ex2(context.get(), &cipher, key.view().data(), iv.data(), nullptr) != 1)
    return openssl_failure(ErrorCode::internal, "cannot set up a cipher");
  if (EVP_DecryptUpdate(context.get(), plain.data(), &size, data.data(), static_cast<int>(data.size())) !=
          1 ||
      EVP_DecryptFinal_ex(context.get(), plain.data() + size, &tail) != 1)
    return wrong_passphrase();
  plain.shrink(static_cast<std::size_t>(size + tail));
  return plain;
}

Result<Bytes> cbc_encrypt(const EVP_CIPHER& cipher, const Secret& key, ByteView iv, ByteView plain) {
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  Bytes out(plain.size() + static_cast<std::size_t>(EVP_CIPHER_get_block_size(&cipher)));
  int size = 0;
  int tail = 0;
  if (!context || EVP_EncryptInit_ex2(context.get(), &cipher, key.view().data(), iv.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), out.data(), &size, plain.data(), static_cast<int>(plain.size())) !=
          1 ||
      EVP_EncryptFinal_ex(context.get(), out.data() + size, &tail) != 1)
    return openssl_failure(ErrorCode::internal, "cannot encrypt a key");
  out.resize(static_cast<std::size_t>(size + tail));
  return out;
}

}  // namespace boltseal::crypto
