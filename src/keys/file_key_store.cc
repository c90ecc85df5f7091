#include "keys/file_key_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/untrusted.h"
#include "crypto/pkcs8.h"
#include "tuf/key.h"

namespace boltseal::keys {
namespace {

constexpr int kLockWaitMs = 10'000;
constexpr const char* kLockName = ".boltseal.lock";

// A signer of its own over a key that the store keeps open.
class SharedSigner final : public crypto::Signer {
 public:
  explicit SharedSigner(crypto::SoftwareKeyPtr key) : key_(std::move(key)) {}
  crypto::PublicKeyPtr public_key() const override { return key_->public_key(); }
  Result<Bytes> sign(crypto::Scheme scheme, ByteView message) override { return key_->sign(scheme, message); }

 private:
  crypto::SoftwareKeyPtr key_;
};

Result<std::string> gun_for(std::string_view role, const std::optional<Gun>& gun) {
  if (!role_has_gun(role)) return std::string();
  if (gun) return gun->str();
  return fail(ErrorCode::bad_role, fmt::format("a {} key belongs to a repository, and none was named", role),
              "name the GUN of the repository");
}

bool listed_before(const KeyInfo& a, const KeyInfo& b) {
  const auto rank = [](const KeyInfo& k) { return std::tie(k.gun, k.role, k.id); };
  if ((a.role == "root") != (b.role == "root")) return a.role == "root";
  return rank(a) < rank(b);
}

}  // namespace

FileKeyStore::FileKeyStore(std::string trust_dir, Passphrases& passphrases, crypto::Random& random)
    : trust_dir_(std::move(trust_dir)), passphrases_(passphrases), random_(random) {}

Result<Directory> FileKeyStore::directory(bool create) const {
  return Directory::open(trust_dir_ + "/private", create);
}

KeyInfo FileKeyStore::describe(const KeyId& id, const KeyFile& file) const {
  return {id, file.role(), file.gun(), file.encrypted(), trust_dir_ + "/private/" + key_file_name(id)};
}

Error FileKeyStore::missing(const KeyId& id) const {
  return Error(ErrorCode::key_missing,
               fmt::format("there is no private key {} in {}", id.str(), escape_untrusted(trust_dir_, 4096)),
               "import the key, or name the trust directory that has it");
}

Result<KeyFile> FileKeyStore::read(const KeyId& id) const {
  const auto text = directory(false).and_then(
      [&](const Directory& keys) { return keys.read(key_file_name(id), limits::kKeyFileBytes); });
  if (!text) return fail(text.error().code() == ErrorCode::not_found ? missing(id) : text.error());
  auto file = read_key_file(*text);
  if (!file) return fail(std::move(file).error().within("key file " + key_file_name(id)));
  return file;
}

Result<KeyListing> FileKeyStore::list() const {
  KeyListing out;
  const auto keys = directory(false);
  if (!keys && keys.error().code() == ErrorCode::not_found) return out;
  if (!keys) return fail(keys.error());
  for (const std::string& name : BS_TRY(keys->list())) {
    if (!name.ends_with(".key")) continue;
    const auto id = key_id_of_file(name);
    if (!id) {
      out.warnings.emplace_back(ErrorCode::bad_key,
                                fmt::format("key file {} is not named by a key id", escape_untrusted(name)),
                                "import it to use it; it was left as it is");
      continue;
    }
    auto file = read(*id);
    if (file) {
      out.keys.push_back(describe(*id, *file));
    } else {
      out.warnings.push_back(std::move(file).error());
    }
  }
  std::sort(out.keys.begin(), out.keys.end(), listed_before);
  return out;
}

bool FileKeyStore::holds(const KeyId& id) const {
  const auto keys = directory(false);
  return keys && keys->exists(key_file_name(id));
}

Result<KeyInfo> FileKeyStore::info(const KeyId& id) const { return describe(id, BS_TRY(read(id))); }

Result<crypto::SoftwareKeyPtr> FileKeyStore::load(const KeyId& id) {
  if (const auto known = open_.find(id); known != open_.end()) return known->second;
  const KeyFile file = BS_TRY(read(id));
  const PassphraseRequest request{.role = file.role(), .key_id = id};
  auto key = BS_TRY(open_key(file.block, request, passphrases_, &id));
  open_.emplace(id, key);
  return key;
}

Result<std::unique_ptr<crypto::Signer>> FileKeyStore::signer(const KeyId& id) {
  return std::make_unique<SharedSigner>(BS_TRY(load(id)));
}

Result<KeyInfo> FileKeyStore::generate(crypto::KeyAlgorithm algorithm, std::string_view role,
                                       const std::optional<Gun>& gun) {
  BS_TRY(gun_for(role, gun));  // before a person is asked for anything
  return add(BS_TRY(crypto::SoftwareKey::generate(algorithm, random_)), role, gun);
}

Result<KeyInfo> FileKeyStore::add(const crypto::SoftwareKeyPtr& key, std::string_view role,
                                  const std::optional<Gun>& gun) {
  BS_TRY(gun_for(role, gun));
  const KeyId id = tuf::canonical_key_id(*key->public_key());
  const Secret passphrase = BS_TRY(passphrases_.choose({.role = std::string(role), .key_id = id}));
  return add(key, role, gun, passphrase);
}

Result<KeyInfo> FileKeyStore::add(const crypto::SoftwareKeyPtr& key, std::string_view role,
                                  const std::optional<Gun>& gun, const Secret& passphrase) {
  const std::string owner = BS_TRY(gun_for(role, gun));
  const KeyId id = tuf::canonical_key_id(*key->public_key());
  BS_TRY(write(id, BS_TRY(write_key_file(*key, role, owner, passphrase, random_))));
  open_.insert_or_assign(id, key);
  return info(id);
}

Result<void> FileKeyStore::write(const KeyId& id, std::string_view text) const {
  const Directory keys = BS_TRY(directory(true));
  const FileLock lock = BS_TRY(keys.lock(kLockName, kLockWaitMs));
  return keys.write_atomic(key_file_name(id), text);
}

Result<KeyInfo> FileKeyStore::add_sealed(const KeyId& id, crypto::PemBlock block) {
  if (!crypto::is_encrypted(block)) return fail(ErrorCode::bad_key, "PEM block is no encrypted private key");
  block.remove_header("path");
  const std::string text = BS_TRY(crypto::pem_write(block));
  const Directory keys = BS_TRY(directory(true));
  const FileLock lock = BS_TRY(keys.lock(kLockName, kLockWaitMs));
  const std::string name = key_file_name(id);
  if (!keys.exists(name)) {
    BS_TRY(keys.write_new(name, text));
  } else if (BS_TRY(keys.read(name, limits::kKeyFileBytes)) != text) {
    return fail(ErrorCode::already_exists, fmt::format("there is another file of key {} already", id.str()),
                "export and remove the key that is there, then import again");
  }
  return info(id);
}

Result<void> FileKeyStore::remove(const KeyId& id) {
  if (!holds(id)) return fail(missing(id));
  const Directory keys = BS_TRY(directory(false));
  const FileLock lock = BS_TRY(keys.lock(kLockName, kLockWaitMs));
  BS_TRY(keys.remove(key_file_name(id)));
  open_.erase(id);
  return {};
}

Result<void> FileKeyStore::change_passphrase(const KeyId& id) {
  const KeyFile file = BS_TRY(read(id));
  const crypto::SoftwareKeyPtr key = BS_TRY(load(id));
  const Secret chosen = BS_TRY(passphrases_.choose({.role = file.role(), .key_id = id}, false));
  return write(id, BS_TRY(write_key_file(*key, file.role(), file.gun(), chosen, random_)));
}

Result<std::string> FileKeyStore::export_bundle(std::span<const KeyId> ids) const {
  std::string out;
  for (const KeyId& id : ids) {
    KeyFile file = BS_TRY(read(id));
    file.block.set_header("path", id.str());
    out += BS_TRY(crypto::pem_write(file.block));
  }
  return out;
}

}  // namespace boltseal::keys
