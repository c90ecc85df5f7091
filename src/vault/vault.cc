#include "vault/vault.h"

#include "base/untrusted.h"
#include "crypto/seal.h"
#include "tuf/key.h"
#include "vault/guarded_signer.h"
#include "vault/open_keys.h"
#include "vault/sealing_key.h"

namespace boltseal::vault {

struct Vault::State {
  State(std::unique_ptr<KeyTable> t, Secret sealing_key, std::string key_file, const VaultOptions& o)
      : table(std::move(t)),
        open_keys(std::move(sealing_key), o.open_keys),
        sealing_key_file(std::move(key_file)),
        options(o) {}
  std::unique_ptr<KeyTable> table;
  OpenKeys open_keys;
  std::string sealing_key_file;
  VaultOptions options;
};

namespace {

constexpr std::string_view kCheckPurpose = "boltseal vault check 1";
constexpr std::string_view kCheckText = "the sealing key is the right one";

std::string file_name(const Directory& keys) { return keys.path() + "/" + std::string(kSealingKeyFile); }

Result<void> check_sealing_key(const Secret& key, const Bytes& check_value, const std::string& file) {
  const auto opened = crypto::open_sealed(key, check_value, as_bytes(kCheckPurpose));
  if (opened && opened->text() == kCheckText) return {};
  return fail(ErrorCode::bad_key,
              "the sealing key in " + file + " is not the one that this server's keys were sealed with",
              "restore the file that belongs to this state directory; nothing was changed");
}

/// The sealing key; made only where nothing was ever sealed.
Result<Secret> obtain_sealing_key(const Directory& keys, bool fresh, crypto::Random& random) {
  auto key = read_sealing_key(keys);
  if (key || key.error().code() != ErrorCode::not_found) return key;
  if (!fresh)
    return fail(ErrorCode::bad_key,
                "the sealing key " + file_name(keys) + " is missing, but this server has keys sealed with it",
                "restore the file, or name its directory with --keys-dir; nothing was changed");
  auto made = make_sealing_key(keys, random);
  if (!made && made.error().code() == ErrorCode::already_exists)
    return read_sealing_key(keys);  // another process was faster
  return made;
}

class VaultSigner final : public GuardedSigner {
 public:
  VaultSigner(std::shared_ptr<void> owner, KeyTable& table, OpenKeys& open_keys, const Clock& clock,
              LowerVersions lower, KeyRow row, crypto::PublicKeyPtr key)
      : GuardedSigner(row.role, row.id, std::move(key), clock, lower),
        owner_(std::move(owner)),
        table_(table),
        open_keys_(open_keys),
        row_(std::move(row)) {}

 private:
  Result<std::shared_ptr<crypto::Signer>> open() override { return open_keys_.open(row_); }
  Result<Use> record(const Content& content, Time now) override {
    return table_.record_use(row_.id, content.form, content.version, now);
  }
  Result<std::int64_t> last_version(tuf::Form form) override { return table_.last_version(row_.id, form); }

  std::shared_ptr<void> owner_;  ///< keeps the others alive
  KeyTable& table_;
  OpenKeys& open_keys_;
  const KeyRow row_;
};

}  // namespace

Vault::Vault(std::shared_ptr<State> state) : state_(std::move(state)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

Result<Vault> Vault::open(std::unique_ptr<KeyTable> table, const Directory& keys,
                          const VaultOptions& options) {
  std::optional<Bytes> check_value = BS_TRY(table->check_value());
  const bool empty = BS_TRY(table->empty());
  if (!check_value && !empty)
    return fail(ErrorCode::storage_failed, "the vault has keys but no check value: its table was damaged",
                "restore it from a backup");
  Secret key = BS_TRY(obtain_sealing_key(keys, empty && !check_value, *options.random));
  if (!check_value) {
    const Bytes sealed =
        BS_TRY(crypto::seal(key, as_bytes(kCheckText), as_bytes(kCheckPurpose), *options.random));
    const auto stored = table->set_check_value(sealed);
    if (!stored && stored.error().code() != ErrorCode::already_exists) return fail(stored.error());
    check_value = BS_TRY(table->check_value());  // perhaps another process's
  }
  BS_TRY(check_sealing_key(key, check_value.value_or(Bytes()), file_name(keys)));
  return Vault(std::make_shared<State>(std::move(table), std::move(key), file_name(keys), options));
}

Result<crypto::PublicKeyPtr> Vault::create(const Gun& gun, const RoleName& role,
                                           crypto::KeyAlgorithm algorithm) {
  BS_TRY(require_online_role(role));
  const std::string_view name = crypto::name_of(algorithm);
  for (const KeyRow& row : BS_TRY(state_->table->list(gun, role))) {
    if (row.last_used || row.algorithm != name) continue;
    return BS_TRY(state_->open_keys.open(row))->public_key();
  }
  const crypto::SoftwareKeyPtr key =
      BS_TRY(crypto::SoftwareKey::generate(algorithm, *state_->options.random));
  const crypto::PublicKeyPtr public_key = key->public_key();
  KeyRow row{gun,
             role,
             tuf::canonical_key_id(*public_key),
             std::string(name),
             public_key->spki(),
             {},
             state_->options.clock->now(),
             {},
             {}};
  const Secret plain = BS_TRY(key->to_pkcs8(crypto::Pkcs8Style::standard));
  row.sealed = BS_TRY(crypto::seal(state_->open_keys.sealing_key(), plain.view(),
                                   as_bytes(associated_data(row)), *state_->options.random));
  const KeyRow stored = BS_TRY(state_->table->insert_unless_unused(row));  // perhaps another thread's
  return BS_TRY(state_->open_keys.open(stored))->public_key();
}

Result<std::vector<crypto::PublicKeyPtr>> Vault::keys(const Gun& gun, const RoleName& role) const {
  std::vector<crypto::PublicKeyPtr> out;
  for (const KeyRow& row : BS_TRY(state_->table->list(gun, role)))
    out.push_back(BS_TRY(state_->open_keys.open(row))->public_key());
  return out;
}

Result<std::optional<HeldKey>> Vault::find(const KeyId& id) const {
  auto row = BS_TRY(state_->table->find(id));
  if (!row || row->retired) return std::nullopt;
  crypto::PublicKeyPtr key = BS_TRY(state_->open_keys.open(*row))->public_key();
  return HeldKey{std::move(row->gun), std::move(row->role), std::move(key)};
}

Result<std::shared_ptr<crypto::Signer>> Vault::make_signer(const KeyId& id, LowerVersions lower) const {
  auto row = BS_TRY(state_->table->find(id));
  if (!row || row->retired) return fail(ErrorCode::key_missing, "the vault has no key " + id.short_form());
  BS_TRY(require_online_role(row->role));
  crypto::PublicKeyPtr key = BS_TRY(state_->open_keys.open(*row))->public_key();
  return std::make_shared<VaultSigner>(state_, *state_->table, state_->open_keys, *state_->options.clock,
                                       lower, std::move(*row), std::move(key));
}

Result<std::shared_ptr<crypto::Signer>> Vault::signer(const KeyId& id) const {
  return make_signer(id, state_->options.lower_versions);
}

Result<std::shared_ptr<crypto::Signer>> Vault::signer_for_notary(const KeyId& id) const {
  return make_signer(id, LowerVersions::log);
}

Result<bool> Vault::remove(const KeyId& id) {
  return state_->table->retire_key(id, state_->options.clock->now());
}

Result<std::int64_t> Vault::retire(const Gun& gun) {
  return state_->table->retire(gun, state_->options.clock->now());
}

Result<void> Vault::check() const {
  const auto check_value = BS_TRY(state_->table->check_value());
  if (!check_value) return fail(ErrorCode::storage_failed, "the vault's check value is gone");
  return check_sealing_key(state_->open_keys.sealing_key(), *check_value, state_->sealing_key_file);
}

}  // namespace boltseal::vault
