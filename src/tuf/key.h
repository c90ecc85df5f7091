// Public keys as metadata lists them, in both forms, and their ids.
//
// Notary form: {"keytype","keyval":{"private":null,"public":<base64>}}; the id is the SHA-256 of exactly that
// canonical text and must equal the map key. Key types: ecdsa, rsa (DER SPKI), ed25519 (32 raw bytes),
// ecdsa-x509, rsa-x509 (PEM bundle, leaf first). TUF 1.0: {"keytype","scheme","keyval":{"public"}} with PEM
// or hex; an id that is not the computed one is a lint fact only. Sources: NOTARY-SERVER.md 7.2,
// NOTARY-CLIENT.md 6, TUF.md 5.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/names.h"
#include "base/result.h"
#include "crypto/public_key.h"
#include "crypto/verify.h"
#include "json/value.h"
#include "tuf/form.h"

namespace boltseal::tuf {

/// An unknown member: its name and its value as canonical JSON text of the file's form.
struct Extra {
  std::string name;
  std::string value;
  bool operator==(const Extra&) const = default;
};
using Extras = std::vector<Extra>;

/// Facts of the leaf certificate of an x509 key. Text from outside.
struct CertificateFacts {
  std::string common_name;
  Time not_before{};
  Time not_after{};
  bool sha1_signed = false;
  bool well_formed = false;  ///< exactly one certificate that is no CA, and it comes first
};

/// One key of a file. Value type (the key material is shared and immutable).
struct Key {
  std::string id;            ///< under which the file lists it
  std::string keytype;       ///< as written
  std::string scheme;        ///< as written; empty in Notary form
  std::string public_text;   ///< `keyval.public` as written (base64, PEM or hex); empty where it is none
  std::string object;        ///< the whole object, canonical, unknown members included
  bool id_matches = true;    ///< the id is the computed one (always in Notary form)
  crypto::PublicKeyPtr key;  ///< null: can't verify (unknown type, wrong curve, RSA below 2048 bits, broken)
  std::optional<KeyId>
      canonical_id;  ///< id of the plain key in Notary form: names private key files; empty without `key`
  std::shared_ptr<const CertificateFacts> certificate;  ///< x509 keys that could be read

  bool can_verify() const { return key != nullptr; }
  bool operator==(const Key& other) const { return id == other.id && object == other.object; }
};

/// Reads a key object. `id`: the map key of the file; empty: takes the computed one. bad_format: wrong shape,
/// a private part, in Notary form an id that is not the computed one. Material that can't be used gives a key
/// without `key`, never an error.
Result<Key> decode_key(Form form, std::string_view id, const json::Value& object);
/// The same from JSON text, as answered by a notary server's `<role>.key`.
Result<Key> parse_key(Form form, std::string text);

/// The key object that we write for a public key: ecdsa, rsa or ed25519 in Notary form; PEM or hex in
/// TUF 1.0.
Key encode_key(Form form, const crypto::PublicKeyPtr& key);
/// A Notary x509 key: `pem` holds the leaf first, then intermediates. bad_key: no readable leaf.
Result<Key> certificate_key(std::string_view pem);
/// The PEM bundle of an x509 key; empty for others.
std::string certificate_pem(const Key& key);

/// Id of the plain key in Notary form. Thread safe.
KeyId canonical_key_id(const crypto::PublicKey& key);
/// Text of a notary server's answer for a key: {"keytype":T,"keyval":{"public":B64,"private":null}}.
std::string server_key_json(const crypto::PublicKey& key);

/// The signature schemes that a key may use, the one that we sign with first. Empty: none.
/// TUF 1.0: the one named by `scheme`. Notary: by key type (NOTARY-SERVER.md 7.2).
std::vector<crypto::Scheme> schemes_of(Form form, const Key& key);
/// The scheme of a Notary signature's `method` ("ecdsa", "rsapss", ...) for this key; nothing when it does
/// not fit the key's type.
std::optional<crypto::Scheme> notary_scheme(const Key& key, std::string_view method);
/// `method` that we write for a key in Notary form: "ecdsa", "rsapss", "eddsa".
std::string_view notary_method(const crypto::PublicKey& key);

}  // namespace boltseal::tuf
