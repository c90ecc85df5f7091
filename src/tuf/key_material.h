// From the text of a key object to key material, in both forms. For tuf/key.cc alone. Pure, thread safe.
#pragma once

#include <memory>
#include <string_view>

#include "crypto/public_key.h"
#include "tuf/key.h"

namespace boltseal::tuf {

inline constexpr std::string_view kEcdsa = "ecdsa";
inline constexpr std::string_view kRsa = "rsa";
inline constexpr std::string_view kEd25519 = "ed25519";
inline constexpr std::string_view kEcdsaX509 = "ecdsa-x509";
inline constexpr std::string_view kRsaX509 = "rsa-x509";

/// `ecdsa` or `rsa` for the certificate types, else the type itself.
std::string_view plain_type(std::string_view keytype);
bool is_known_type(Form form, std::string_view keytype);
/// Key type of a plain key, in both forms.
std::string_view keytype_of(const crypto::PublicKey& key);

/// Key of a Notary object: `public_text` is base64. Null when it can't verify; for certificates `facts` is
/// set when the leaf could be read.
crypto::PublicKeyPtr load_notary(std::string_view keytype, std::string_view public_text,
                                 std::shared_ptr<const CertificateFacts>& facts);
/// Key of a TUF 1.0 object. Null when type, scheme, curve or encoding do not fit together.
crypto::PublicKeyPtr load_tuf1(std::string_view keytype, std::string_view scheme,
                               std::string_view public_text);

/// The scheme that a TUF 1.0 key object binds; empty: unknown or not for this type.
std::optional<crypto::Scheme> tuf1_scheme(std::string_view keytype, std::string_view scheme);
/// Name of the scheme that we give a key in TUF 1.0.
std::string_view tuf1_scheme_name(const crypto::PublicKey& key);

}  // namespace boltseal::tuf
