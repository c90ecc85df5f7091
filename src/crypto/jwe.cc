#include "crypto/jwe.h"

#include <array>

#include "base/encoding.h"
#include "crypto/openssl.h"
#include "crypto/pbes2.h"
#include "crypto/seal.h"
#include "json/fields.h"
#include "json/reader.h"

namespace boltseal::crypto {
namespace {

// RFC 7518: p2s has at least 8 octets. A key of ours is below 200 bytes; others are not opened here.
constexpr std::size_t kMinSalt = 8;
constexpr std::size_t kMaxSalt = 1024;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kMaxCompact = 16'384;
constexpr std::size_t kContentKey = 32;
constexpr std::size_t kWrapBlock = 8;  // RFC 3394 adds one of 64 bits
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

struct Parts {
  std::string_view header;  ///< as it stands: associated data of the content
  Bytes wrapped, nonce, body, tag;
};

tl::unexpected<Error> no_jwe(const char* what) {
  return fail(ErrorCode::bad_format, std::string("encrypted key is no JWE of the known kind: ") + what);
}

Result<Parts> split(std::string_view compact) {
  if (compact.size() > kMaxCompact)
    return fail(ErrorCode::limit_exceeded,
                "encrypted key (JWE) is longer than " + std::to_string(kMaxCompact) + " bytes");
  std::array<std::string_view, 5> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t dot = compact.find('.');
    if ((dot == std::string_view::npos) != (i + 1 == texts.size())) return no_jwe("it has not five parts");
    texts[i] = compact.substr(0, dot);
    compact.remove_prefix(dot == std::string_view::npos ? compact.size() : dot + 1);
  }
  Parts parts{texts[0], BS_TRY(base64url_decode(texts[1])), BS_TRY(base64url_decode(texts[2])),
              BS_TRY(base64url_decode(texts[3])), BS_TRY(base64url_decode(texts[4]))};
  if (parts.wrapped.size() != kContentKey + kWrapBlock || parts.nonce.size() != kNonce ||
      parts.tag.size() != kTag)
    return no_jwe("a part has another length");
  return parts;
}

/// What PBKDF2 is salted with: the name of the algorithm, a zero byte, p2s.
Bytes full_salt(ByteView p2s) {
  Bytes salt = to_bytes(kJweKeyWrap);
  salt.push_back(0);
  salt.insert(salt.end(), p2s.begin(), p2s.end());
  return salt;
}

struct Derivation {
  Bytes salt;
  std::uint64_t iterations;
};

/// A member that we do not know may change the meaning of the rest ("zip", "crit"): refused.
Result<Derivation> read_header(std::string_view encoded, std::uint64_t max_iterations) {
  const Bytes text = BS_TRY(base64url_decode(encoded));
  const auto document =
      BS_TRY(json::Document::parse(std::string(as_text(text)), {.bytes = kMaxCompact, .depth = 2}));
  const auto header =
      BS_TRY(json::Fields::of(document.root(), {"alg", "enc", "p2c", "p2s"}, "header of an encrypted key"));
  BS_TRY(header.no_unknown());
  if (BS_TRY(header.string("alg")) != kJweKeyWrap) return no_jwe("alg is not PBES2-HS256+A128KW");
  if (BS_TRY(header.string("enc")) != kJweEncryption) return no_jwe("enc is not A256GCM");
  const std::int64_t rounds = BS_TRY(header.integer("p2c"));
  if (rounds < 1) return no_jwe("p2c is not positive");
  const auto iterations = static_cast<std::uint64_t>(rounds);
  if (iterations > max_iterations)
    return fail(ErrorCode::limit_exceeded, "encrypted key asks for " + std::to_string(iterations) +
                                               " iterations (p2c); at most " +
                                               std::to_string(max_iterations) + " are allowed");
  const Bytes p2s = BS_TRY(base64url_decode(BS_TRY(header.string("p2s"))));
  if (p2s.size() < kMinSalt || p2s.size() > kMaxSalt) return no_jwe("p2s has another length");
  return Derivation{full_salt(p2s), iterations};
}

Result<Secret> key_encryption_key(const Derivation& derivation, const Secret& passphrase) {
  Pbes2Scheme scheme{};
  scheme.key_bytes = 16;
  scheme.salt = derivation.salt;
  scheme.prf = "SHA256";
  scheme.iterations = derivation.iterations;
  return derive_key(scheme, passphrase);
}

const EVP_CIPHER* key_wrap() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-WRAP", nullptr);
  return cipher;
}

/// RFC 3394 with the default initial value, which the unwrapping checks.
Result<CipherCtxPtr> wrap_context(const Secret& key, bool wrap) {
  CipherCtxPtr context(EVP_CIPHER_CTX_new());
  if (context) EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  if (!context || key_wrap() == nullptr ||
      EVP_CipherInit_ex2(context.get(), key_wrap(), key.view().data(), nullptr, wrap ? 1 : 0, nullptr) != 1)
    return openssl_failure(ErrorCode::internal, "cannot set up AES key wrap");
  return context;
}

Result<Bytes> wrap_key(const Secret& key, const Secret& content_key) {
  const CipherCtxPtr context = BS_TRY(wrap_context(key, true));
  Bytes out(content_key.size() + kWrapBlock);
  int size = 0;
  if (EVP_CipherUpdate(context.get(), out.data(), &size, content_key.view().data(),
                       static_cast<int>(content_key.size())) != 1 ||
      static_cast<std::size_t>(size) != out.size())
    return openssl_failure(ErrorCode::internal, "cannot wrap a key");
  return out;
}

Result<Secret> unwrap_key(const Secret& key, ByteView wrapped) {
  const CipherCtxPtr context = BS_TRY(wrap_context(key, false));
  Secret out(wrapped.size());  // OpenSSL writes a block more than it gives
  int size = 0;
  if (EVP_CipherUpdate(context.get(), out.data(), &size, wrapped.data(), static_cast<int>(wrapped.size())) !=
          1 ||
      size != static_cast<int>(kContentKey)) {
    clear_openssl_errors();
    return fail(ErrorCode::bad_passphrase, "the passphrase does not open the key");
  }
  out.shrink(kContentKey);
  return out;
}

std::string header_text(ByteView p2s, std::uint64_t iterations) {
  return R"({"alg":")" + std::string(kJweKeyWrap) + R"(","enc":")" + std::string(kJweEncryption) +
         R"(","p2c":)" + std::to_string(iterations) + R"(,"p2s":")" + base64url_encode(p2s) + R"("})";
}

}  // namespace

Result<Secret> open_jwe(std::string_view compact, const Secret& passphrase, std::uint64_t max_iterations) {
  const Parts parts = BS_TRY(split(compact));
  const Derivation derivation = BS_TRY(read_header(parts.header, max_iterations));
  const Secret kek = BS_TRY(key_encryption_key(derivation, passphrase));
  const Secret content_key = BS_TRY(unwrap_key(kek, parts.wrapped));
  Bytes sealed = parts.nonce;
  sealed.insert(sealed.end(), parts.body.begin(), parts.body.end());
  sealed.insert(sealed.end(), parts.tag.begin(), parts.tag.end());
  return open_sealed(content_key, sealed, as_bytes(parts.header));
}

Result<std::string> seal_jwe(const Secret& plain, const Secret& passphrase, Random& random,
                             std::uint64_t iterations) {
  Bytes p2s(kSaltBytes);
  random.fill(p2s);
  Secret content_key(kContentKey);
  random.fill({content_key.data(), content_key.size()});
  const Secret kek = BS_TRY(key_encryption_key({full_salt(p2s), iterations}, passphrase));
  const std::string header = base64url_encode(as_bytes(header_text(p2s, iterations)));
  const Bytes wrapped = BS_TRY(wrap_key(kek, content_key));
  const Bytes sealed = BS_TRY(seal(content_key, plain.view(), as_bytes(header), random));
  const ByteView all(sealed);
  return header + "." + base64url_encode(wrapped) + "." + base64url_encode(all.first(kNonce)) + "." +
         base64url_encode(all.subspan(kNonce, all.size() - kNonce - kTag)) + "." +
         base64url_encode(all.last(kTag));
}

Result<Secret> to_signer_bytes(const SoftwareKey& key) {
  if (key.public_key()->algorithm() != KeyAlgorithm::ed25519) return key.to_sec1();
  // Notary's PKCS#8 ends with just these 96 bytes.
  const Secret info = BS_TRY(key.to_pkcs8(Pkcs8Style::notary));
  return Secret(info.view().last(96));
}

Result<SoftwareKeyPtr> from_signer_bytes(KeyAlgorithm algorithm, ByteView bytes) {
  if (algorithm == KeyAlgorithm::ecdsa_p256) {
    SoftwareKeyPtr key = BS_TRY(SoftwareKey::from_sec1(bytes));
    if (key->public_key()->algorithm() == algorithm) return key;
    return fail(ErrorCode::bad_key, "encrypted key is not on the curve P-256");
  }
  if (algorithm != KeyAlgorithm::ed25519)
    return fail(ErrorCode::bad_key, "a signer's key is ECDSA P-256 or Ed25519");
  if (bytes.size() != 96) return fail(ErrorCode::bad_format, "Ed25519 key of a signer has not 96 bytes");
  SoftwareKeyPtr key = BS_TRY(SoftwareKey::from_ed25519_seed(bytes.subspan(32, 32)));
  const ByteView own = key->public_key()->raw_ed25519();
  if (equal_constant_time(own, bytes.first(32)) && equal_constant_time(own, bytes.last(32))) return key;
  return fail(ErrorCode::bad_key, "private and public part of a signer's Ed25519 key do not belong together");
}

}  // namespace boltseal::crypto
