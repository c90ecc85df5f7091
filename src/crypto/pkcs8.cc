#include "crypto/pkcs8.h"

#include "crypto/cipher.h"
#include "crypto/der.h"
#include "crypto/oids.h"
#include "crypto/pbes2.h"

namespace boltseal::crypto {
namespace {

constexpr std::uint64_t kNotaryIterations = 2048;

tl::unexpected<Error> wrong_passphrase() {
  return fail(ErrorCode::bad_passphrase, "the passphrase does not open the key");
}

/// With a wrong key one of 256 paddings looks right; then there is no SEQUENCE of the right length.
bool looks_like_der(ByteView plain) {
  der::Reader reader(plain);
  return reader.read(der::kSequence).has_value() && reader.at_end();
}

der::Writer notary_parameters(ByteView salt, ByteView iv) {
  der::Writer pbkdf2;
  pbkdf2.element(der::kOctetString, salt).small_integer(kNotaryIterations);
  der::Writer derivation;
  derivation.oid(oid::kPbkdf2).element(der::kSequence, pbkdf2);
  der::Writer encryption;
  encryption.oid(oid::kAes256Cbc).element(der::kOctetString, iv);
  der::Writer parameters;
  parameters.element(der::kSequence, derivation).element(der::kSequence, encryption);
  der::Writer algorithm;
  algorithm.oid(oid::kPbes2).element(der::kSequence, parameters);
  return algorithm;
}

Result<SoftwareKeyPtr> load_plain(std::string_view type, ByteView der) {
  if (type == "EC PRIVATE KEY") return SoftwareKey::from_sec1(der);
  if (type == "RSA PRIVATE KEY") return SoftwareKey::from_pkcs1(der);
  if (type == "ED25519 PRIVATE KEY") {  // Notary's: public key || seed || public key
    if (der.size() != 96) return fail(ErrorCode::bad_format, "Ed25519 private key has not 96 bytes");
    SoftwareKeyPtr key = BS_TRY(SoftwareKey::from_ed25519_seed(der.subspan(32, 32)));
    const ByteView own = key->public_key()->raw_ed25519();
    if (!oid::equal(own, der.first(32)) || !oid::equal(own, der.last(32)))
      return fail(ErrorCode::bad_key, "private and public part of the key do not belong together");
    return key;
  }
  return SoftwareKey::from_pkcs8(der);
}

}  // namespace

Result<Secret> decrypt_pkcs8(ByteView encrypted, const Secret& passphrase, std::uint64_t max_iterations) {
  der::Reader outer(encrypted);
  der::Reader info = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  der::Reader algorithm = BS_TRY(info.enter(der::kSequence));
  const ByteView data = BS_TRY(info.read(der::kOctetString));
  BS_TRY(info.end());
  if (!oid::equal(BS_TRY(algorithm.read(der::kOid)), oid::kPbes2))
    return fail(ErrorCode::bad_key, "encrypted key does not use PBES2",
                "convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc");
  der::Reader parameters = BS_TRY(algorithm.enter(der::kSequence));
  BS_TRY(algorithm.end());
  const Pbes2Scheme scheme = BS_TRY(read_pbes2(parameters, max_iterations));
  const CipherPtr cipher = BS_TRY(fetch_cipher(scheme.cipher));
  const Secret key = BS_TRY(derive_key(scheme, passphrase));
  Secret plain = BS_TRY(cbc_decrypt(*cipher, key, scheme.iv, data));
  if (!looks_like_der(plain.view())) return wrong_passphrase();
  return plain;
}

Result<Bytes> encrypt_pkcs8(const Secret& private_key_info, const Secret& passphrase, Random& random) {
  std::uint8_t salt[8];
  std::uint8_t iv[16];
  random.fill(salt);
  random.fill(iv);
  Pbes2Scheme scheme{"AES-256-CBC", 32, iv, salt};
  scheme.prf = "SHA1";
  scheme.iterations = kNotaryIterations;
  const CipherPtr cipher = BS_TRY(fetch_cipher(scheme.cipher));
  const Secret key = BS_TRY(derive_key(scheme, passphrase));
  const Bytes data = BS_TRY(cbc_encrypt(*cipher, key, iv, private_key_info.view()));
  der::Writer content;
  content.element(der::kSequence, notary_parameters(salt, iv)).element(der::kOctetString, data);
  der::Writer out;
  out.element(der::kSequence, content);
  return out.take();
}

bool is_private_key(const PemBlock& block) {
  return block.type == "PRIVATE KEY" || block.type == "ENCRYPTED PRIVATE KEY" ||
         block.type == "EC PRIVATE KEY" || block.type == "RSA PRIVATE KEY" ||
         block.type == "ED25519 PRIVATE KEY";
}

bool is_encrypted(const PemBlock& block) {
  return is_private_key(block) &&
         (block.type == "ENCRYPTED PRIVATE KEY" || block.header("DEK-Info") != nullptr);
}

Result<SoftwareKeyPtr> load_private_key(const PemBlock& block, const Secret* passphrase) {
  if (!is_private_key(block)) return fail(ErrorCode::bad_key, "PEM block holds no private key");
  if (!is_encrypted(block)) return load_plain(block.type, block.der);
  if (passphrase == nullptr)
    return fail(ErrorCode::no_passphrase, "the key is encrypted and there is no passphrase");
  if (block.type == "ENCRYPTED PRIVATE KEY") {
    const Secret plain = BS_TRY(decrypt_pkcs8(block.der, *passphrase));
    return SoftwareKey::from_pkcs8(plain.view());
  }
  const Secret plain = BS_TRY(decrypt_legacy_pem(block, *passphrase));
  return load_plain(block.type, plain.view());
}

Result<PemBlock> encrypted_key_block(const SoftwareKey& key, const Secret& passphrase, Random& random) {
  const Secret plain = BS_TRY(key.to_pkcs8(Pkcs8Style::notary));
  return PemBlock("ENCRYPTED PRIVATE KEY", BS_TRY(encrypt_pkcs8(plain, passphrase, random)));
}

}  // namespace boltseal::crypto
