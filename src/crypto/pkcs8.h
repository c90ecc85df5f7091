// Private keys under a passphrase: PKCS#8 EncryptedPrivateKeyInfo (PBES2) and the legacy PEM encryption.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/pem.h"
#include "crypto/random.h"
#include "crypto/software_key.h"

namespace boltseal::crypto {

// Bounds on what a foreign file may ask us to compute.
inline constexpr std::uint64_t kMaxPbkdf2Iterations = 10'000'000;
inline constexpr std::uint64_t kMaxScryptMemory = 256u << 20;  ///< bytes: 128 * N * r
inline constexpr std::uint64_t kMaxScryptParallel = 16;

/// PrivateKeyInfo out of an EncryptedPrivateKeyInfo. Reads PBES2 with PBKDF2 (HMAC with SHA-1, -224, -256,
/// -384, -512) or scrypt, and AES-128/192/256-CBC or DES-EDE3-CBC.
/// Errors: bad_passphrase (padding or content wrong), bad_format, bad_key (another algorithm),
/// limit_exceeded (iterations or memory above the bounds; the optional argument lowers the first).
Result<Secret> decrypt_pkcs8(ByteView encrypted, const Secret& passphrase,
                             std::uint64_t max_iterations = kMaxPbkdf2Iterations);

/// EncryptedPrivateKeyInfo exactly as notary 0.7.0 writes it: PBES2, PBKDF2 with HMAC-SHA1 (no PRF field), 8
/// bytes of salt, 2048 iterations, AES-256-CBC. 238 octets of content (241 in all) for a P-256 key.
Result<Bytes> encrypt_pkcs8(const Secret& private_key_info, const Secret& passphrase, Random& random);

/// Content of a legacy block with `Proc-Type: 4,ENCRYPTED` and `DEK-Info` (AES-128/192/256-CBC,
/// DES-EDE3-CBC, DES-CBC; key derivation EVP_BytesToKey with MD5). Errors as decrypt_pkcs8; bad_key with a
/// hint where this machine's OpenSSL has no DES (its legacy provider).
Result<Secret> decrypt_legacy_pem(const PemBlock& block, const Secret& passphrase);

/// Whether the block holds a private key that needs a passphrase (either kind).
bool is_encrypted(const PemBlock& block);
/// Whether the type of the block is one of a private key.
bool is_private_key(const PemBlock& block);

/// The key of any of: PRIVATE KEY, ENCRYPTED PRIVATE KEY, EC / RSA / ED25519 PRIVATE KEY (plain or legacy
/// encrypted). `passphrase` may be null for plain blocks; no_passphrase where it is needed and null.
Result<SoftwareKeyPtr> load_private_key(const PemBlock& block, const Secret* passphrase);

/// `ENCRYPTED PRIVATE KEY` block in Notary's layout, without headers.
Result<PemBlock> encrypted_key_block(const SoftwareKey& key, const Secret& passphrase, Random& random);

}  // namespace boltseal::crypto
