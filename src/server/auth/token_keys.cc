#include "server/auth/token_keys.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "crypto/jwk.h"
#include "json/fields.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kMaxKeys = 256;
constexpr std::size_t kMaxChain = 10;

tl::unexpected<Error> no_key(std::string what) {
  return fail(ErrorCode::unauthorized, "token: " + std::move(what));
}
tl::unexpected<Error> bad_set(std::string what) {
  return fail(ErrorCode::bad_config, "key set: " + std::move(what),
              "write a JSON Web Key Set (RFC 7517) with the public keys of the token server");
}

bool is_text(const json::Value& jwk, std::string_view name, std::string_view wanted) {
  const json::Value* member = jwk.find(name);
  return member == nullptr || member->as_string() == wanted;
}

/// Whether the key says of itself that it verifies signatures, or says nothing.
bool is_for_signatures(const json::Value& jwk) {
  if (!is_text(jwk, "use", "sig")) return false;
  const json::Value* operations = jwk.find("key_ops");
  if (operations == nullptr) return true;
  const auto items = operations->items();
  return std::any_of(items.begin(), items.end(),
                     [](const json::Value& item) { return item.as_string() == "verify"; });
}

}  // namespace

std::size_t TokenKeys::add_key(Trusted trusted) {
  trusted_.push_back(std::move(trusted));
  return trusted_.size() - 1;
}

Result<void> TokenKeys::add_name(const std::string& name, std::size_t key) {
  const auto [place, fresh] = names_.emplace(name, key);
  if (fresh || *trusted_[place->second].key == *trusted_[key].key) return {};
  return bad_set("two keys have the kid \"" + escape_untrusted(name) + "\"");
}

Result<void> TokenKeys::add_bundle(std::string_view pem) {
  auto certificates = crypto::parse_certificates(pem);
  if (!certificates)
    return fail(ErrorCode::bad_config, "certificates for tokens: " + certificates.error().what(),
                "give a PEM file with the certificates of the token server");
  for (crypto::Certificate& certificate : *certificates) {
    if (const auto key = certificate.key(); key && key->usable()) {
      const std::size_t index = add_key({key, std::nullopt});
      BS_TRY(add_name(crypto::libtrust_fingerprint(*key), index));
    }
    anchors_.push_back(std::move(certificate));
  }
  return {};
}

Result<void> TokenKeys::add_jwk(const json::Value& jwk) {
  if (!jwk.is_object()) return bad_set("a key is no object");
  const json::Value* name = jwk.find("alg");
  Trusted trusted;
  if (name != nullptr) trusted.only = crypto::parse_jws_algorithm(name->as_string());
  if ((name != nullptr && !trusted.only) || !is_for_signatures(jwk)) return {};
  auto key = crypto::public_key_of_jwk(jwk);
  if (!key && key.error().code() == ErrorCode::bad_key) return {};
  if (!key) return bad_set(key.error().what());
  if (!(*key)->usable()) return {};
  trusted.key = *key;
  const std::size_t index = add_key(std::move(trusted));
  if (const json::Value* kid = jwk.find("kid")) {
    if (!kid->is_string() || kid->as_string().empty()) return bad_set("a kid is no text");
    BS_TRY(add_name(std::string(kid->as_string()), index));
  }
  BS_TRY(add_name(crypto::jwk_thumbprint(**key), index));
  return add_name(crypto::libtrust_fingerprint(**key), index);
}

Result<void> TokenKeys::add_key_set(std::string text) {
  json::ReadLimits limits;
  limits.bytes = 1u << 20;
  limits.depth = 16;
  limits.nodes = 65'536;
  limits.real_numbers = true;
  const auto document = json::Document::parse(std::move(text), limits);
  if (!document) return bad_set(document.error().what());
  const json::Value* keys = document->root().find("keys");
  if (keys == nullptr || !keys->is_array()) return bad_set("there is no list \"keys\"");
  if (keys->items().size() > kMaxKeys) return bad_set("it holds over 256 keys");
  const std::size_t before = trusted_.size();
  for (const json::Value& jwk : keys->items()) BS_TRY(add_jwk(jwk));
  if (trusted_.size() == before) return bad_set("no key in it can verify a token");
  return {};
}

const TokenKeys::Trusted* TokenKeys::find_same(const crypto::PublicKey& key) const {
  const auto found = std::find_if(trusted_.begin(), trusted_.end(),
                                  [&](const Trusted& trusted) { return *trusted.key == key; });
  return found == trusted_.end() ? nullptr : &*found;
}

Result<crypto::PublicKeyPtr> TokenKeys::by_chain(const std::vector<Bytes>& chain, Time now) const {
  std::vector<crypto::Certificate> certificates;
  for (const Bytes& der : chain) {
    auto certificate = crypto::Certificate::from_der(der);
    if (!certificate) return no_key("a certificate of its chain is none");
    certificates.push_back(std::move(*certificate));
  }
  const crypto::Certificate leaf = certificates.front();
  certificates.erase(certificates.begin());
  if (auto good = crypto::verify_chain(leaf, certificates, anchors_, now, crypto::ChainPurpose::any); !good)
    return no_key(good.error().what());
  if (!leaf.key()) return no_key("the key of its certificate is of no supported kind");
  return leaf.key();
}

Result<crypto::PublicKeyPtr> TokenKeys::by_jwk(const Jwt& jwt, Time now) const {
  const auto key = crypto::public_key_of_jwk(*jwt.jwk);
  if (!key) return no_key("its jwk is no key");
  if (const Trusted* trusted = find_same(**key)) {
    if (trusted->only && *trusted->only != jwt.algorithm) return no_key("the key is for another algorithm");
    return trusted->key;
  }
  const json::Value* x5c = jwt.jwk->find("x5c");
  if (x5c == nullptr || x5c->items().empty() || x5c->items().size() > kMaxChain)
    return no_key("its jwk is not trusted");
  std::vector<Bytes> chain;
  for (const json::Value& item : x5c->items()) {
    auto der = base64_decode(item.as_string());
    if (!der) return no_key("the chain of its jwk is no base64");
    chain.push_back(std::move(*der));
  }
  auto leaf = BS_TRY(by_chain(chain, now));
  if (!(*leaf == **key)) return no_key("the chain of its jwk is for another key");
  return leaf;
}

Result<crypto::PublicKeyPtr> TokenKeys::by_name(const Jwt& jwt) const {
  const auto found = names_.find(jwt.key_id);
  if (found == names_.end()) return no_key("its kid is not known");
  const Trusted& trusted = trusted_[found->second];
  if (trusted.only && *trusted.only != jwt.algorithm) return no_key("the key is for another algorithm");
  return trusted.key;
}

Result<crypto::PublicKeyPtr> TokenKeys::find(const Jwt& jwt, Time now) const {
  if (!jwt.x5c.empty()) return by_chain(jwt.x5c, now);
  if (jwt.jwk != nullptr) return by_jwk(jwt, now);
  if (!jwt.key_id.empty()) return by_name(jwt);
  return no_key("it does not say which key signed it");
}

}  // namespace boltseal::server
