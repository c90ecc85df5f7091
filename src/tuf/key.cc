#include "tuf/key.h"

#include "base/encoding.h"
#include "base/untrusted.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "json/canonical.h"
#include "json/fields.h"
#include "json/reader.h"
#include "tuf/key_material.h"
#include "tuf/object_writer.h"

namespace boltseal::tuf {

namespace {

using crypto::KeyAlgorithm;
using crypto::Scheme;

std::string id_of(std::string_view canonical) { return hex_encode(crypto::sha256(canonical)); }

std::string notary_object(std::string_view keytype, std::string_view public_text) {
  ObjectWriter value;
  value.raw("private", "null").text("public", public_text);
  return ObjectWriter().text("keytype", keytype).raw("keyval", value.finish()).finish();
}

std::string notary_public(const crypto::PublicKey& key) {
  return base64_encode(key.algorithm() == KeyAlgorithm::ed25519 ? key.raw_ed25519() : ByteView(key.spki()));
}

Result<void> decode_notary(Key& key, const json::Value& object) {
  const auto fields = BS_TRY(json::Fields::of(object, {"keytype", "keyval"}, "key"));
  key.keytype = BS_TRY(fields.string("keytype"));
  const auto value =
      BS_TRY(json::Fields::of(*BS_TRY(fields.object("keyval")), {"public", "private"}, "key.keyval"));
  key.public_text = BS_TRY(value.string("public"));
  const json::Value* secret = value.find("private");
  if (secret && !secret->is_null())
    return fail(value.wrong("private", "must be null: a private key was published"));
  key.key = load_notary(key.keytype, key.public_text, key.certificate);
  return {};
}

Result<void> decode_tuf1(Key& key, const json::Value& object) {
  const auto fields = BS_TRY(json::Fields::of(object, {"keytype", "scheme", "keyval"}, "key"));
  key.keytype = BS_TRY(fields.string("keytype"));
  key.scheme = BS_TRY(fields.string("scheme"));
  const auto value = BS_TRY(json::Fields::of(*BS_TRY(fields.object("keyval")), {"public"}, "key.keyval"));
  if (!is_known_type(Form::tuf1, key.keytype)) {
    // Another key type may keep anything in `keyval` (sigstore-oidc: identity and issuer).
    const json::Value* text = value.find("public");
    if (text) key.public_text = text->as_string();
    return {};
  }
  key.public_text = BS_TRY(value.string("public"));
  key.key = load_tuf1(key.keytype, key.scheme, key.public_text);
  return {};
}

}  // namespace

Result<Key> decode_key(Form form, std::string_view id, const json::Value& object) {
  Key key;
  std::string computed;
  if (form == Form::notary) {
    BS_TRY(decode_notary(key, object));
    key.object = BS_TRY(json::canonical(object, json::Dialect::notary));
    // Unknown members are no part of the id here: Go computes it from what it knows.
    computed = id_of(notary_object(key.keytype, key.public_text));
    if (!id.empty() && id != computed) {
      return fail(ErrorCode::bad_format,
                  "key id " + escape_untrusted(id, 64) + " is not that of the key (" + computed + ")");
    }
  } else {
    BS_TRY(decode_tuf1(key, object));
    key.object = BS_TRY(json::canonical(object, json::Dialect::olpc));
    computed = id_of(key.object);
  }
  key.id_matches = id.empty() || id == computed;
  key.id = id.empty() ? computed : std::string(id);
  if (key.key) key.canonical_id = canonical_key_id(*key.key);
  return key;
}

Result<Key> parse_key(Form form, std::string text) {
  json::ReadLimits read;
  read.bytes = limits::kKeyFileBytes;
  const auto document = BS_TRY(json::Document::parse(std::move(text), read));
  return decode_key(form, "", document.root());
}

Key encode_key(Form form, const crypto::PublicKeyPtr& material) {
  Key key;
  key.keytype = keytype_of(*material);
  if (form == Form::notary) {
    key.public_text = notary_public(*material);
    key.object = notary_object(key.keytype, key.public_text);
  } else {
    key.scheme = tuf1_scheme_name(*material);
    key.public_text = material->algorithm() == KeyAlgorithm::ed25519 ? hex_encode(material->raw_ed25519())
                                                                     : material->pem();
    ObjectWriter value;
    value.text("public", key.public_text);
    key.object = ObjectWriter()
                     .text("keytype", key.keytype)
                     .raw("keyval", value.finish())
                     .text("scheme", key.scheme)
                     .finish();
  }
  key.id = id_of(key.object);
  if (material->usable()) key.key = material;
  key.canonical_id = canonical_key_id(*material);
  return key;
}

Result<Key> certificate_key(std::string_view pem) {
  const auto chain = BS_TRY(crypto::parse_certificates(pem));
  const crypto::PublicKeyPtr leaf = chain.empty() ? nullptr : chain.front().key();
  if (!leaf || !leaf->usable() || leaf->algorithm() == KeyAlgorithm::ed25519) {
    return fail(ErrorCode::bad_key, "the certificate has no ECDSA key or RSA key of 2048 bits or more");
  }
  Key key;
  key.keytype = crypto::is_ecdsa(leaf->algorithm()) ? kEcdsaX509 : kRsaX509;
  key.public_text = base64_encode(as_bytes(pem));
  key.object = notary_object(key.keytype, key.public_text);
  key.id = id_of(key.object);
  key.key = load_notary(key.keytype, key.public_text, key.certificate);
  key.canonical_id = canonical_key_id(*leaf);
  return key;
}

std::string certificate_pem(const Key& key) {
  if (!key.keytype.ends_with("-x509")) return {};
  const auto bytes = base64_decode(key.public_text);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

KeyId canonical_key_id(const crypto::PublicKey& key) {
  // 64 lower-case hex digits by construction.
  return *KeyId::parse(id_of(notary_object(keytype_of(key), notary_public(key))));
}

std::string server_key_json(const crypto::PublicKey& key) {
  std::string out = R"({"keytype":")";
  out += keytype_of(key);
  out += R"(","keyval":{"public":")";
  out += notary_public(key);
  out += R"(","private":null}})";
  return out;
}

std::vector<Scheme> schemes_of(Form form, const Key& key) {
  if (!key.key) return {};
  if (form == Form::tuf1) {
    const auto scheme = tuf1_scheme(key.keytype, key.scheme);
    return scheme ? std::vector{*scheme} : std::vector<Scheme>{};
  }
  const std::string_view type = plain_type(key.keytype);
  if (type == kEcdsa) return {Scheme::ecdsa_raw_sha256};
  if (type == kRsa) return {Scheme::rsa_pss_sha256_salt32, Scheme::rsa_pkcs1_sha256, Scheme::rsa_pss_sha256};
  if (type == kEd25519) return {Scheme::ed25519};
  return {};
}

std::optional<Scheme> notary_scheme(const Key& key, std::string_view method) {
  if (!key.key) return std::nullopt;
  const std::string_view type = plain_type(key.keytype);
  if (type == kEcdsa && method == "ecdsa") return Scheme::ecdsa_raw_sha256;
  if (type == kEd25519 && method == "eddsa") return Scheme::ed25519;
  if (type != kRsa) return std::nullopt;
  if (method == "rsapss") return Scheme::rsa_pss_sha256_salt32;
  if (method == "rsapkcs1v15") return Scheme::rsa_pkcs1_sha256;
  if (method == "pycrypto-pkcs#1 pss") return Scheme::rsa_pss_sha256_salt32;
  return std::nullopt;
}

std::string_view notary_method(const crypto::PublicKey& key) {
  if (crypto::is_ecdsa(key.algorithm())) return "ecdsa";
  return key.algorithm() == KeyAlgorithm::rsa ? "rsapss" : "eddsa";
}

}  // namespace boltseal::tuf
