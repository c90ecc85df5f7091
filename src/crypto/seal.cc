#include "crypto/seal.h"

#include "crypto/openssl.h"

namespace boltseal::crypto {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
constexpr std::size_t kMaxPlain = 1u << 30;

const EVP_CIPHER* aes_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

Result<void> check_key(const Secret& key) {
  if (key.size() != kSealingKeyBytes) return fail(ErrorCode::bad_key, "sealing key has not 32 bytes");
  return {};
}

int length(ByteView view) { return static_cast<int>(view.size()); }

}  // namespace

Result<Bytes> seal(const Secret& key, ByteView plain, ByteView associated, Random& random) {
  BS_TRY(check_key(key));
  if (plain.size() > kMaxPlain || associated.size() > kMaxPlain)
    return fail(ErrorCode::limit_exceeded, "too much to seal");
  Bytes out(kNonce + plain.size() + kTag);
  random.fill({out.data(), kNonce});
  std::uint8_t* const body = out.data() + kNonce;
  std::uint8_t* const tag = body + plain.size();
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  int size = 0;
  if (!context || aes_gcm() == nullptr ||
      EVP_EncryptInit_ex2(context.get(), aes_gcm(), key.view().data(), out.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), nullptr, &size, associated.data(), length(associated)) != 1 ||
      EVP_EncryptUpdate(context.get(), body, &size, plain.data(), length(plain)) != 1 ||
      EVP_EncryptFinal_ex(context.get(), tag, &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, tag) != 1)
    return openssl_failure(ErrorCode::internal, "cannot seal");
  return out;
}

Result<Secret> open_sealed(const Secret& key, ByteView sealed, ByteView associated) {
  BS_TRY(check_key(key));
  if (sealed.size() < kSealOverhead || sealed.size() > kMaxPlain || associated.size() > kMaxPlain)
    return fail(ErrorCode::bad_key, "sealed data has a wrong length");
  const ByteView body = sealed.subspan(kNonce, sealed.size() - kSealOverhead);
  Bytes tag = to_bytes(sealed.last(kTag));  // OpenSSL takes a mutable pointer
  Secret plain(body.size());
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  int size = 0;
  std::uint8_t none = 0;
  if (!context || aes_gcm() == nullptr ||
      EVP_DecryptInit_ex2(context.get(), aes_gcm(), key.view().data(), sealed.data(), nullptr) != 1 ||
      EVP_DecryptUpdate(context.get(), nullptr, &size, associated.data(), length(associated)) != 1 ||
      EVP_DecryptUpdate(context.get(), body.empty() ? &none : plain.data(), &size, body.data(),
                        length(body)) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) != 1)
    return openssl_failure(ErrorCode::internal, "cannot open sealed data");
  if (EVP_DecryptFinal_ex(context.get(), &none, &size) != 1) {
    clear_openssl_errors();
    return fail(ErrorCode::bad_key,
                "sealed data was sealed with another key or for another purpose, or was changed");
  }
  return plain;
}

}  // namespace boltseal::crypto
