#include "crypto/pbes2.h"

#include <bit>

#include "crypto/oids.h"
#include "crypto/openssl.h"
#include "crypto/pkcs8.h"

namespace boltseal::crypto {
namespace {

constexpr std::size_t kMaxSalt = 1024;

struct Prf {
  ByteView oid;
  const char* digest;
};
constexpr Prf kPrfs[] = {{oid::kHmacSha1, "SHA1"},
                         {oid::kHmacSha224, "SHA224"},
                         {oid::kHmacSha256, "SHA256"},
                         {oid::kHmacSha384, "SHA384"},
                         {oid::kHmacSha512, "SHA512"}};

struct Encryption {
  ByteView oid;
  const char* cipher;
  std::size_t key_bytes;
  std::size_t iv_bytes;
};
constexpr Encryption kEncryptions[] = {{oid::kAes128Cbc, "AES-128-CBC", 16, 16},
                                       {oid::kAes192Cbc, "AES-192-CBC", 24, 16},
                                       {oid::kAes256Cbc, "AES-256-CBC", 32, 16},
                                       {oid::kDesEde3Cbc, "DES-EDE3-CBC", 24, 8}};

tl::unexpected<Error> unknown(const char* what) {
  return fail(ErrorCode::bad_key, std::string("encrypted key uses a ") + what + " that is not supported");
}

Result<void> read_key_length(der::Reader& parameters, const Pbes2Scheme& scheme) {
  if (parameters.peek() != der::kInteger) return {};
  if (BS_TRY(parameters.small_integer()) != scheme.key_bytes)
    return fail(ErrorCode::bad_format, "key length of an encrypted key is not its cipher's");
  return {};
}

Result<void> read_salt(der::Reader& parameters, Pbes2Scheme& scheme) {
  if (parameters.peek() != der::kOctetString) return unknown("salt source");
  scheme.salt = BS_TRY(parameters.read(der::kOctetString));
  if (scheme.salt.size() > kMaxSalt)
    return fail(ErrorCode::limit_exceeded, "salt of an encrypted key is too long");
  return {};
}

Result<void> read_pbkdf2(der::Reader parameters, Pbes2Scheme& scheme, std::uint64_t max_iterations) {
  BS_TRY(read_salt(parameters, scheme));
  scheme.iterations = BS_TRY(parameters.small_integer());
  if (scheme.iterations == 0) return fail(ErrorCode::bad_format, "encrypted key has no iterations");
  if (scheme.iterations > max_iterations)
    return fail(ErrorCode::limit_exceeded, "encrypted key asks for " + std::to_string(scheme.iterations) +
                                               " iterations; at most " + std::to_string(max_iterations) +
                                               " are allowed");
  BS_TRY(read_key_length(parameters, scheme));
  scheme.prf = kPrfs[0].digest;  // the default where no PRF stands
  if (!parameters.at_end()) {
    der::Reader algorithm = BS_TRY(parameters.enter(der::kSequence));
    const ByteView kind = BS_TRY(algorithm.read(der::kOid));
    if (!algorithm.at_end()) BS_TRY(algorithm.null());
    BS_TRY(algorithm.end());
    scheme.prf = nullptr;
    for (const Prf& prf : kPrfs)
      if (oid::equal(prf.oid, kind)) scheme.prf = prf.digest;
    if (scheme.prf == nullptr) return unknown("PRF");
  }
  return parameters.end();
}

Result<void> read_scrypt(der::Reader parameters, Pbes2Scheme& scheme) {
  BS_TRY(read_salt(parameters, scheme));
  scheme.n = BS_TRY(parameters.small_integer());
  scheme.r = BS_TRY(parameters.small_integer());
  scheme.p = BS_TRY(parameters.small_integer());
  BS_TRY(read_key_length(parameters, scheme));
  BS_TRY(parameters.end());
  if (scheme.n < 2 || !std::has_single_bit(scheme.n) || scheme.r == 0 || scheme.p == 0)
    return fail(ErrorCode::bad_format, "encrypted key has bad scrypt parameters");
  constexpr std::uint64_t kBlocks = kMaxScryptMemory / 128;
  if (scheme.n > kBlocks || scheme.r > kBlocks / scheme.n || scheme.p > kMaxScryptParallel)
    return fail(ErrorCode::limit_exceeded,
                "encrypted key asks for more memory or time than is allowed (scrypt)");
  return {};
}

Result<void> read_encryption(der::Reader algorithm, Pbes2Scheme& scheme) {
  const ByteView kind = BS_TRY(algorithm.read(der::kOid));
  for (const Encryption& encryption : kEncryptions) {
    if (!oid::equal(encryption.oid, kind)) continue;
    scheme.cipher = encryption.cipher;
    scheme.key_bytes = encryption.key_bytes;
    scheme.iv = BS_TRY(algorithm.read(der::kOctetString));
    if (scheme.iv.size() != encryption.iv_bytes) return fail(ErrorCode::bad_format, "IV has a wrong length");
    return algorithm.end();
  }
  return unknown("cipher");
}

}  // namespace

Result<Pbes2Scheme> read_pbes2(der::Reader parameters, std::uint64_t max_iterations) {
  Pbes2Scheme scheme{};
  der::Reader derivation = BS_TRY(parameters.enter(der::kSequence));
  der::Reader encryption = BS_TRY(parameters.enter(der::kSequence));
  BS_TRY(parameters.end());
  BS_TRY(read_encryption(encryption, scheme));  // first: it tells the key's length
  const ByteView kind = BS_TRY(derivation.read(der::kOid));
  der::Reader inner = BS_TRY(derivation.enter(der::kSequence));
  BS_TRY(derivation.end());
  if (oid::equal(kind, oid::kPbkdf2)) {
    BS_TRY(read_pbkdf2(inner, scheme, max_iterations));
  } else if (oid::equal(kind, oid::kScrypt)) {
    BS_TRY(read_scrypt(inner, scheme));
  } else {
    return unknown("key derivation");
  }
  return scheme;
}

Result<Secret> derive_key(const Pbes2Scheme& scheme, const Secret& passphrase) {
  Secret key(scheme.key_bytes);
  // OpenSSL takes a null passphrase for "none"; an empty one is a passphrase too.
  const char* text = passphrase.empty() ? "" : passphrase.text().data();
  int ok = 0;
  if (scheme.prf == nullptr) {
    ok = EVP_PBE_scrypt(text, passphrase.size(), scheme.salt.data(), scheme.salt.size(), scheme.n, scheme.r,
                        scheme.p, kMaxScryptMemory + (1u << 20) + 128 * scheme.r * scheme.p, key.data(),
                        key.size());
  } else {
    EVP_MD* md = EVP_MD_fetch(nullptr, scheme.prf, nullptr);
    ok = md != nullptr &&
         PKCS5_PBKDF2_HMAC(text, static_cast<int>(passphrase.size()), scheme.salt.data(),
                           static_cast<int>(scheme.salt.size()), static_cast<int>(scheme.iterations), md,
                           static_cast<int>(key.size()), key.data());
    EVP_MD_free(md);
  }
  if (ok != 1) return openssl_failure(ErrorCode::bad_key, "cannot derive a key from the passphrase");
  return key;
}

}  // namespace boltseal::crypto
