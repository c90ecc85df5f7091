#include "keys/key_file.h"

#include <fmt/core.h>

#include "base/untrusted.h"
#include "crypto/pkcs8.h"
#include "tuf/key.h"

namespace boltseal::keys {
namespace {

constexpr std::string_view kSuffix = ".key";

std::string header(const crypto::PemBlock& block, std::string_view name) {
  const std::string* value = block.header(name);
  return value == nullptr ? "" : *value;
}

// What is wrong with a key is bad_key to the rooms above, whether its form or its numbers.
tl::unexpected<Error> as_bad_key(const Error& error) {
  if (error.code() != ErrorCode::bad_format) return fail(error);
  return fail(ErrorCode::bad_key, error.what(), error.hint());
}

Result<crypto::SoftwareKeyPtr> load(const crypto::PemBlock& block, const Secret* passphrase) {
  auto key = crypto::load_private_key(block, passphrase);
  if (!key) return as_bad_key(key.error());
  return key;
}

}  // namespace

std::string KeyFile::role() const { return header(block, "role"); }
std::string KeyFile::gun() const { return header(block, "gun"); }
bool KeyFile::encrypted() const { return crypto::is_encrypted(block); }

std::optional<KeyId> key_id_of_file(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  auto id = KeyId::parse(name.substr(0, name.size() - kSuffix.size()));
  return id ? std::optional<KeyId>(*std::move(id)) : std::nullopt;
}

std::string key_file_name(const KeyId& id) { return id.str() + std::string(kSuffix); }

Result<KeyFile> read_key_file(std::string_view text) {
  auto block = crypto::pem_read_first(text);
  if (!block) return as_bad_key(block.error());
  if (!crypto::is_private_key(*block)) {
    return fail(ErrorCode::bad_key,
                fmt::format("PEM block \"{}\" is no private key", escape_untrusted(block->type, 64)));
  }
  return KeyFile{*std::move(block)};
}

Result<crypto::SoftwareKeyPtr> open_key(const crypto::PemBlock& block, const PassphraseRequest& request,
                                        Passphrases& passphrases, const KeyId* expected) {
  crypto::SoftwareKeyPtr key;
  if (crypto::is_encrypted(block)) {
    BS_TRY(passphrases.open(request, [&](const Secret& passphrase) -> Result<void> {
      key = BS_TRY(load(block, &passphrase));
      return {};
    }));
  } else {
    key = BS_TRY(load(block, nullptr));
  }
  const KeyId id = tuf::canonical_key_id(*key->public_key());
  if (expected != nullptr && id != *expected) {
    return fail(ErrorCode::bad_key,
                fmt::format("the file of key {} holds another key, {}", expected->str(), id.str()),
                "the file was renamed or exchanged; put the right one back");
  }
  return key;
}

Result<std::string> write_key_file(const crypto::SoftwareKey& key, std::string_view role,
                                   std::string_view gun, const Secret& passphrase, crypto::Random& random) {
  if (passphrase.empty()) return fail(ErrorCode::no_passphrase, "a key is never stored without a passphrase");
  crypto::PemBlock block = BS_TRY(crypto::encrypted_key_block(key, passphrase, random));
  if (!role.empty()) block.set_header("role", std::string(role));
  if (!gun.empty()) block.set_header("gun", std::string(gun));
  auto text = crypto::pem_write(block);
  if (!text) return as_bad_key(text.error());
  return text;
}

Result<std::string> write_public_key(const crypto::PublicKey& key, std::string_view role) {
  crypto::PemBlock block("PUBLIC KEY", key.spki());
  if (!role.empty()) block.set_header("role", std::string(role));
  auto text = crypto::pem_write(block);
  if (!text) return as_bad_key(text.error());
  return text;
}

bool role_has_gun(std::string_view role) {
  return role == "targets" || role == "snapshot" || role == "timestamp";
}

}  // namespace boltseal::keys
