// The encryption of old PEM key files (RFC 1421 headers, OpenSSL's key derivation), for reading only.
#include <openssl/md5.h>

#include "base/encoding.h"
#include "crypto/cipher.h"
#include "crypto/der.h"
#include "crypto/pkcs8.h"

namespace boltseal::crypto {
namespace {

struct DekInfo {
  const char* cipher;
  Bytes iv;
};

Result<DekInfo> read_dek_info(std::string_view text) {
  const std::size_t comma = text.find(',');
  const std::string_view name = text.substr(0, comma);
  for (const char* cipher : {"AES-256-CBC", "AES-192-CBC", "AES-128-CBC", "DES-EDE3-CBC", "DES-CBC"}) {
    if (name != cipher || comma == std::string_view::npos) continue;
    auto iv = hex_decode(text.substr(comma + 1));
    const std::size_t expected = name.starts_with("AES") ? 16 : 8;
    if (!iv || iv->size() != expected)
      return fail(ErrorCode::bad_format, "IV of an encrypted PEM key is bad");
    return DekInfo{cipher, std::move(*iv)};
  }
  return fail(ErrorCode::bad_key, "encrypted PEM key uses a cipher that is not supported",
              "convert it on the machine that made it: openssl pkcs8 -topk8 -v2 aes-256-cbc");
}

}  // namespace

Result<Secret> decrypt_legacy_pem(const PemBlock& block, const Secret& passphrase) {
  const std::string* proc_type = block.header("Proc-Type");
  const std::string* dek_info = block.header("DEK-Info");
  if (proc_type == nullptr || *proc_type != "4,ENCRYPTED" || dek_info == nullptr)
    return fail(ErrorCode::bad_format, "PEM headers of an encrypted key are incomplete");
  const DekInfo info = BS_TRY(read_dek_info(*dek_info));
  const CipherPtr cipher = BS_TRY(fetch_cipher(info.cipher));
  Secret key(static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher.get())));
  const auto* text = passphrase.view().data();
  const int derived = EVP_BytesToKey(cipher.get(), EVP_md5(), info.iv.data(), text,
                                     static_cast<int>(passphrase.size()), 1, key.data(), nullptr);
  if (derived != static_cast<int>(key.size()))
    return openssl_failure(ErrorCode::bad_key, "this machine's OpenSSL has no MD5, which old PEM keys need",
                           "convert it elsewhere: openssl pkcs8 -topk8 -v2 aes-256-cbc");
  Secret plain = BS_TRY(cbc_decrypt(*cipher, key, info.iv, block.der));
  if (block.type != "ED25519 PRIVATE KEY") {
    der::Reader reader(plain.view());
    if (!reader.read(der::kSequence) || !reader.at_end())
      return fail(ErrorCode::bad_passphrase, "the passphrase does not open the key");
  }
  return plain;
}

}  // namespace boltseal::crypto
