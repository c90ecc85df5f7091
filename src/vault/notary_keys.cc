#include "vault/notary_keys.h"

#include "tuf/key.h"
#include "vault/notary_open_keys.h"
#include "vault/notary_table.h"

namespace boltseal::vault {

struct NotaryVault::State {
  State(std::unique_ptr<NotaryTable> t, NotaryVaultOptions o)
      : table(std::move(t)), open_keys(o.passphrase, o.open_keys), options(std::move(o)) {}

  /// The key of this id as it stands in the table now; null: none.
  Result<NotaryKeyPtr> read(const KeyId& id) {
    const auto row = BS_TRY(table->find(id));
    if (row) return open_keys.open(*row);
    open_keys.forget(id);
    return nullptr;
  }

  std::unique_ptr<NotaryTable> table;
  NotaryOpenKeys open_keys;
  const NotaryVaultOptions options;
  std::atomic<bool> checked = false;
};

namespace {

/// Empty names are those of keys that predate the columns.
Result<std::optional<Gun>> gun_of(const NotaryRow& row) {
  if (row.gun.empty()) return std::nullopt;
  return BS_TRY(Gun::parse_lenient(row.gun));
}
Result<std::optional<RoleName>> role_of(const NotaryRow& row) {
  if (row.role.empty()) return std::nullopt;
  return BS_TRY(RoleName::parse_notary(row.role));
}

Result<NotaryRow> seal_row(const Gun& gun, const RoleName& role, const crypto::SoftwareKey& key,
                           const NotaryVaultOptions& options, const Secret& passphrase) {
  NotaryRow row;
  const crypto::PublicKey& public_key = *key.public_key();
  row.id = tuf::canonical_key_id(public_key).str();
  row.algorithm = BS_TRY(notary_algorithm(public_key.algorithm()));
  row.alias = options.default_alias;
  row.public_part = notary_public_part(public_key);
  row.gun = gun.str();
  row.role = role.str();
  row.encryption = crypto::kJweEncryption;
  row.key_wrap = crypto::kJweKeyWrap;
  const Secret plain = BS_TRY(crypto::to_signer_bytes(key));
  row.sealed = BS_TRY(crypto::seal_jwe(plain, passphrase, *options.random, options.rounds));
  return row;
}

class NotarySigner final : public GuardedSigner {
 public:
  NotarySigner(std::shared_ptr<void> owner, NotaryTable& table, NotaryOpenKeys& open_keys, const Clock& clock,
               LowerVersions lower, std::optional<RoleName> role, const KeyId& id, NotaryKeyPtr key)
      : GuardedSigner(std::move(role), id, key->key->public_key(), clock, lower),
        owner_(std::move(owner)),
        table_(table),
        open_keys_(open_keys),
        first_(std::move(key)) {}

 private:
  /// What was opened last under this id, by whomever: record() tells whether it still stands.
  NotaryKeyPtr current() {
    NotaryKeyPtr kept = open_keys_.kept(id());
    return kept ? kept : first_;
  }
  Result<std::shared_ptr<crypto::Signer>> open() override { return current()->key; }

  Result<Use> record(const Content& content, Time now) override {
    NotaryKeyPtr key = current();
    for (int left = 3; left > 0; --left) {
      const auto use = BS_TRY(table_.record_use(key->row, content.form, content.version, now));
      if (use) {
        if (*use == Use::retired) open_keys_.forget(id());
        return *use;
      }
      // Encrypted anew by another server. Whoever lacks its passphrase signs no more; the id proves that the
      // key within is the same.
      const auto row = BS_TRY(table_.find(id()));
      if (!row) return Use::retired;
      key = BS_TRY(open_keys_.open(*row));
    }
    return fail(ErrorCode::conflict, "key " + id().short_form() + " is encrypted anew again and again",
                "try again");
  }
  Result<std::int64_t> last_version(tuf::Form form) override { return table_.last_version(id().str(), form); }

  std::shared_ptr<void> owner_;  ///< keeps the others alive
  NotaryTable& table_;
  NotaryOpenKeys& open_keys_;
  const NotaryKeyPtr first_;
};

}  // namespace

NotaryVault::NotaryVault(std::shared_ptr<State> state) : state_(std::move(state)) {}
NotaryVault::~NotaryVault() = default;

Result<std::unique_ptr<NotaryVault>> NotaryVault::open(std::shared_ptr<db::Pool> pool,
                                                       NotaryVaultOptions options) {
  if (options.default_alias.empty() || options.default_alias.size() > 50)
    return fail(ErrorCode::bad_config, "the signer's keys need a default alias of 1 to 50 bytes",
                "set storage.default_alias, or NOTARY_SIGNER_DEFAULT_ALIAS");
  auto table = BS_TRY(NotaryTable::open(std::move(pool)));
  return std::unique_ptr<NotaryVault>(
      new NotaryVault(std::make_shared<State>(std::move(table), std::move(options))));
}

Result<crypto::PublicKeyPtr> NotaryVault::create(const Gun& gun, const RoleName& role,
                                                 crypto::KeyAlgorithm algorithm) {
  BS_TRY(require_online_role(role));
  const std::string name = BS_TRY(notary_algorithm(algorithm));
  const NotaryVaultOptions& options = state_->options;
  if (!state_->checked) BS_TRY(check());  // no key beside others that do not open
  const std::vector<NotaryRow> unused = BS_TRY(state_->table->unused(gun, role, name));
  if (!unused.empty()) return BS_TRY(state_->open_keys.open(unused[0]))->key->public_key();
  const Secret passphrase = BS_TRY(state_->open_keys.passphrase(options.default_alias));
  const crypto::SoftwareKeyPtr key = BS_TRY(crypto::SoftwareKey::generate(algorithm, *options.random));
  const NotaryRow row = BS_TRY(seal_row(gun, role, *key, options, passphrase));
  const NotaryRow stored = BS_TRY(state_->table->insert_unless_unused(row, options.clock->now()));
  return BS_TRY(state_->open_keys.open(stored))->key->public_key();  // perhaps another server's
}

Result<std::optional<HeldKey>> NotaryVault::find(const KeyId& id) const {
  const NotaryKeyPtr key = BS_TRY(state_->read(id));
  if (!key) return std::nullopt;
  return HeldKey{BS_TRY(gun_of(key->row)), BS_TRY(role_of(key->row)), key->key->public_key()};
}

Result<std::shared_ptr<crypto::Signer>> NotaryVault::signer(const KeyId& id) const {
  return make_signer(id, state_->options.lower_versions);
}

Result<std::shared_ptr<crypto::Signer>> NotaryVault::signer_for_notary(const KeyId& id) const {
  return make_signer(id, LowerVersions::log);
}

Result<std::shared_ptr<crypto::Signer>> NotaryVault::make_signer(const KeyId& id, LowerVersions lower) const {
  NotaryKeyPtr key = state_->open_keys.kept(id);  // is compared with the table at each signature
  if (!key) key = BS_TRY(state_->read(id));
  if (!key) return fail(ErrorCode::key_missing, "the signer has no key " + id.short_form());
  auto role = BS_TRY(role_of(key->row));
  if (role) BS_TRY(require_online_role(*role));
  return std::make_shared<NotarySigner>(state_, *state_->table, state_->open_keys, *state_->options.clock,
                                        lower, std::move(role), id, std::move(key));
}

Result<bool> NotaryVault::remove(const KeyId& id) {
  state_->open_keys.forget(id);
  return state_->table->remove(id.str(), state_->options.clock->now());
}

Result<std::int64_t> NotaryVault::retire(const Gun& gun) {
  return state_->table->retire(gun, state_->options.clock->now());
}

Result<void> NotaryVault::check() const {
  if (state_->checked) return state_->table->ping();
  BS_TRY(state_->open_keys.passphrase(state_->options.default_alias));
  for (const NotaryRow& row : BS_TRY(state_->table->one_per_alias())) BS_TRY(state_->open_keys.open(row));
  state_->checked = true;
  return {};
}

Result<RewrapReport> NotaryVault::rewrap(const std::string& to_alias, bool dry_run) {
  constexpr int kPage = 100;
  constexpr std::size_t kMostFailures = 20;
  if (to_alias.empty() || to_alias.size() > 50) return fail(ErrorCode::usage, "an alias has 1 to 50 bytes");
  const Secret passphrase = BS_TRY(state_->open_keys.passphrase(to_alias));
  for (const NotaryRow& row : BS_TRY(state_->table->one_per_alias()))
    if (row.alias == to_alias) BS_TRY(state_->open_keys.decrypt(row));  // else one alias had two passphrases
  RewrapReport report;
  report.already = BS_TRY(state_->table->count_of(to_alias));
  const auto one = [&](const NotaryRow& row) -> Result<void> {
    const auto key = state_->open_keys.decrypt(row);
    if (!key) {
      ++report.failed;
      if (report.failures.size() < kMostFailures) report.failures.push_back(key.error().what());
      return {};
    }
    if (dry_run) {
      ++report.done;
      return {};
    }
    const Secret plain = BS_TRY(crypto::to_signer_bytes(**key));
    const NotaryVaultOptions& options = state_->options;
    const std::string sealed = BS_TRY(crypto::seal_jwe(plain, passphrase, *options.random, options.rounds));
    const bool replaced = BS_TRY(state_->table->replace(row, sealed, to_alias, state_->options.clock->now()));
    ++(replaced ? report.done : report.changed);
    return {};
  };
  for (std::int64_t above = 0;;) {
    const std::vector<NotaryRow> rows = BS_TRY(state_->table->others_than(to_alias, above, kPage));
    if (rows.empty()) return report;
    for (const NotaryRow& row : rows) BS_TRY(one(row));
    above = rows.back().number;
  }
}

}  // namespace boltseal::vault
