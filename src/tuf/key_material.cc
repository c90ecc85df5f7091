#include "tuf/key_material.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/certificate.h"
#include "crypto/key_cache.h"

namespace boltseal::tuf {

namespace {

using crypto::KeyAlgorithm;
using crypto::PublicKeyPtr;
using crypto::Scheme;

struct SchemeRow {
  std::string_view keytype, scheme;
  Scheme value;
  KeyAlgorithm algorithm;
};

// TUF.md 5. The second key types of the curves are those of go-tuf v1 and early public repositories.
constexpr SchemeRow kSchemes[] = {
    {"ed25519", "ed25519", Scheme::ed25519, KeyAlgorithm::ed25519},
    {"ecdsa", "ecdsa-sha2-nistp256", Scheme::ecdsa_der_sha256, KeyAlgorithm::ecdsa_p256},
    {"ecdsa", "ecdsa-sha2-nistp384", Scheme::ecdsa_der_sha384, KeyAlgorithm::ecdsa_p384},
    {"ecdsa", "ecdsa-sha2-nistp521", Scheme::ecdsa_der_sha512, KeyAlgorithm::ecdsa_p521},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", Scheme::ecdsa_der_sha256, KeyAlgorithm::ecdsa_p256},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", Scheme::ecdsa_der_sha384, KeyAlgorithm::ecdsa_p384},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", Scheme::ecdsa_der_sha512, KeyAlgorithm::ecdsa_p521},
    {"rsa", "rsassa-pss-sha256", Scheme::rsa_pss_sha256, KeyAlgorithm::rsa},
    {"rsa", "rsa-pkcs1v15-sha256", Scheme::rsa_pkcs1_sha256, KeyAlgorithm::rsa},
};

const SchemeRow* find_scheme(std::string_view keytype, std::string_view scheme) {
  const auto* at = std::find_if(std::begin(kSchemes), std::end(kSchemes), [&](const SchemeRow& row) {
    return row.keytype == keytype && row.scheme == scheme;
  });
  return at == std::end(kSchemes) ? nullptr : at;
}

PublicKeyPtr usable(Result<PublicKeyPtr> key) {
  if (!key || !*key || !(*key)->usable()) return nullptr;
  return std::move(*key);
}

bool is_pem(std::string_view text) { return text.starts_with("-----BEGIN "); }

PublicKeyPtr load_certificate(std::string_view keytype, const Bytes& pem,
                              std::shared_ptr<const CertificateFacts>& facts) {
  const auto chain = crypto::parse_certificates(as_text(pem));
  if (!chain || chain->empty()) return nullptr;
  const crypto::Certificate& leaf = chain->front();
  auto found = std::make_shared<CertificateFacts>();
  found->common_name = leaf.common_name();
  found->not_before = leaf.not_before();
  found->not_after = leaf.not_after();
  found->sha1_signed = leaf.sha1_signed();
  const auto leaves = std::count_if(chain->begin(), chain->end(),
                                    [](const auto& certificate) { return !certificate.is_ca(); });
  found->well_formed = !leaf.is_ca() && leaves == 1;
  facts = std::move(found);
  PublicKeyPtr key = leaf.key();
  if (!key || !key->usable() || keytype_of(*key) != plain_type(keytype)) return nullptr;
  return key;
}

}  // namespace

std::string_view plain_type(std::string_view keytype) {
  if (keytype == kEcdsaX509) return kEcdsa;
  if (keytype == kRsaX509) return kRsa;
  return keytype;
}

bool is_known_type(Form form, std::string_view keytype) {
  if (form == Form::tuf1) {
    return std::any_of(std::begin(kSchemes), std::end(kSchemes),
                       [&](const SchemeRow& row) { return row.keytype == keytype; });
  }
  return keytype == kEcdsa || keytype == kRsa || keytype == kEd25519 || keytype == kEcdsaX509 ||
         keytype == kRsaX509;
}

std::string_view keytype_of(const crypto::PublicKey& key) {
  if (crypto::is_ecdsa(key.algorithm())) return kEcdsa;
  return key.algorithm() == KeyAlgorithm::rsa ? kRsa : kEd25519;
}

PublicKeyPtr load_notary(std::string_view keytype, std::string_view public_text,
                         std::shared_ptr<const CertificateFacts>& facts) {
  const auto bytes = base64_decode(public_text);
  if (!bytes) return nullptr;
  if (keytype == kEcdsaX509 || keytype == kRsaX509) return load_certificate(keytype, *bytes, facts);
  if (keytype == kEd25519) return usable(crypto::key_cache().from_ed25519(*bytes));
  if (keytype != kEcdsa && keytype != kRsa) return nullptr;
  // PyCrypto's RSA keys are PEM inside the base64.
  PublicKeyPtr key = keytype == kRsa && is_pem(as_text(*bytes))
                         ? usable(crypto::key_cache().from_pem(as_text(*bytes)))
                         : usable(crypto::key_cache().from_spki(*bytes));
  return key && keytype_of(*key) == keytype ? key : nullptr;
}

PublicKeyPtr load_tuf1(std::string_view keytype, std::string_view scheme, std::string_view public_text) {
  const SchemeRow* row = find_scheme(keytype, scheme);
  if (!row) return nullptr;
  PublicKeyPtr key;
  if (is_pem(public_text)) {
    if (row->algorithm == KeyAlgorithm::ed25519) return nullptr;
    key = usable(crypto::key_cache().from_pem(public_text));
  } else {
    const auto bytes = hex_decode(public_text);
    if (!bytes) return nullptr;
    if (row->algorithm == KeyAlgorithm::ed25519) key = usable(crypto::key_cache().from_ed25519(*bytes));
    // Hex points: go-tuf v1 and the first public roots of Sigstore.
    if (crypto::is_ecdsa(row->algorithm))
      key = usable(crypto::PublicKey::from_ec_point(row->algorithm, *bytes));
  }
  return key && key->algorithm() == row->algorithm ? key : nullptr;
}

std::optional<Scheme> tuf1_scheme(std::string_view keytype, std::string_view scheme) {
  const SchemeRow* row = find_scheme(keytype, scheme);
  if (!row) return std::nullopt;
  return row->value;
}

std::string_view tuf1_scheme_name(const crypto::PublicKey& key) {
  for (const SchemeRow& row : kSchemes) {
    if (row.algorithm == key.algorithm()) return row.scheme;
  }
  return "";
}

}  // namespace boltseal::tuf
