#include "vault/token_keys.h"

#include "base/encoding.h"
#include "base/untrusted.h"
#include "crypto/digest.h"
#include "tuf/key.h"
#include "vault/bounded_cache.h"

namespace boltseal::vault {
namespace {

using keys::pkcs11::Token;
using keys::pkcs11::TokenKeyPtr;

Bytes token_id(const KeyId& id) {
  const auto bytes = hex_decode(id.str());
  return bytes ? *bytes : Bytes();  // a KeyId is hexadecimal
}

tl::unexpected<Error> bad_row(const KeyRow& row, const char* what) {
  return fail(ErrorCode::bad_key,
              "the " + row.role.str() + " key " + row.id.short_form() + " of " +
                  escape_untrusted(row.gun.str()) + " " + what,
              "restore the vault's table, and leave the keys on the token as they were made");
}

}  // namespace

std::string token_key_label(const Gun& gun, const RoleName& role) {
  return "boltseal " + role.str() + " " + hex_encode(crypto::sha256(gun.str())).substr(0, 32);
}

struct TokenVault::State {
  State(std::unique_ptr<KeyTable> t, std::shared_ptr<Token> k, const TokenVaultOptions& o)
      : table(std::move(t)), token(std::move(k)), options(o), known(o.known_keys) {}

  /// The key of a row, compared with all that the row says.
  Result<TokenKeyPtr> open(const KeyRow& row) {
    if (!row.sealed.empty()) return bad_row(row, "is not one of a token: the table is another vault's");
    TokenKeyPtr key = known.get(row.id.str()).value_or(nullptr);
    if (!key) key = BS_TRY(token->find(token_id(row.id)));
    if (!key) return bad_row(row, "is not on the token");
    const crypto::PublicKey& own = *key->public_key();
    if (own.spki() != row.spki || tuf::canonical_key_id(own) != row.id ||
        crypto::name_of(own.algorithm()) != row.algorithm)
      return bad_row(row, "is not the one of its public part");
    if (key->label() != token_key_label(row.gun, row.role))
      return bad_row(row, "was made for another repository or role");
    known.put(row.id.str(), key);
    return key;
  }

  /// The row of a key that signs; nothing for another.
  Result<std::optional<KeyRow>> row(const KeyId& id) {
    auto found = BS_TRY(table->find(id));
    if (!found || found->retired) return std::nullopt;
    return found;
  }

  std::unique_ptr<KeyTable> table;
  std::shared_ptr<Token> token;
  const TokenVaultOptions options;
  BoundedCache<TokenKeyPtr> known;
};

namespace {

class TokenVaultSigner final : public GuardedSigner {
 public:
  TokenVaultSigner(std::shared_ptr<void> owner, KeyTable& table, const Clock& clock, LowerVersions lower,
                   const KeyRow& row, TokenKeyPtr key)
      : GuardedSigner(row.role, row.id, key->public_key(), clock, lower),
        owner_(std::move(owner)),
        table_(table),
        key_(std::move(key)) {}

 private:
  Result<std::shared_ptr<crypto::Signer>> open() override { return key_; }
  Result<Use> record(const Content& content, Time now) override {
    return table_.record_use(id(), content.form, content.version, now);
  }
  Result<std::int64_t> last_version(tuf::Form form) override { return table_.last_version(id(), form); }

  std::shared_ptr<void> owner_;  ///< keeps the table alive
  KeyTable& table_;
  const TokenKeyPtr key_;
};

}  // namespace

TokenVault::TokenVault(std::shared_ptr<State> state) : state_(std::move(state)) {}
TokenVault::~TokenVault() = default;

Result<std::unique_ptr<TokenVault>> TokenVault::open(std::unique_ptr<KeyTable> table,
                                                     std::shared_ptr<Token> token,
                                                     const TokenVaultOptions& options) {
  const Bytes serial = to_bytes("token " + token->serial());
  const auto set = table->set_check_value(serial);
  if (!set && set.error().code() != ErrorCode::already_exists) return fail(set.error());
  if (BS_TRY(table->check_value()) != serial)
    return fail(ErrorCode::bad_config,
                "the vault's table belongs to another token than " + escape_untrusted(token->serial()) +
                    ", or to keys that are no token's",
                "name the token that it was made with, or give this one a table of its own");
  return std::unique_ptr<TokenVault>(
      new TokenVault(std::make_shared<State>(std::move(table), std::move(token), options)));
}

Result<crypto::PublicKeyPtr> TokenVault::create(const Gun& gun, const RoleName& role,
                                                crypto::KeyAlgorithm algorithm) {
  BS_TRY(require_online_role(role));
  const std::string_view name = crypto::name_of(algorithm);
  for (const KeyRow& row : BS_TRY(state_->table->list(gun, role)))
    if (!row.last_used && row.algorithm == name) return BS_TRY(state_->open(row))->public_key();
  const TokenKeyPtr key =
      BS_TRY(state_->token->generate(algorithm, token_key_label(gun, role), [](const auto& public_key) {
        return token_id(tuf::canonical_key_id(public_key));
      }));
  const crypto::PublicKey& own = *key->public_key();
  const KeyRow made{gun,        role, tuf::canonical_key_id(own),   std::string(name),
                    own.spki(), {},   state_->options.clock->now(), {},
                    {}};
  // After an error the row may be there all the same: a key on the token without a row does no harm, the
  // reverse does.
  const KeyRow stored = BS_TRY(state_->table->insert_unless_unused(made));
  if (stored.id != made.id) {  // another server was faster: ours has no use
    const auto destroyed = state_->token->destroy(key->id());
    static_cast<void>(destroyed);
  }
  return BS_TRY(state_->open(stored))->public_key();
}

Result<std::optional<HeldKey>> TokenVault::find(const KeyId& id) const {
  auto row = BS_TRY(state_->row(id));
  if (!row) return std::nullopt;
  crypto::PublicKeyPtr key = BS_TRY(state_->open(*row))->public_key();
  return HeldKey{std::move(row->gun), std::move(row->role), std::move(key)};
}

Result<std::shared_ptr<crypto::Signer>> TokenVault::signer(const KeyId& id) const {
  return make_signer(id, state_->options.lower_versions);
}

Result<std::shared_ptr<crypto::Signer>> TokenVault::signer_for_notary(const KeyId& id) const {
  return make_signer(id, LowerVersions::log);
}

Result<std::shared_ptr<crypto::Signer>> TokenVault::make_signer(const KeyId& id, LowerVersions lower) const {
  const auto row = BS_TRY(state_->row(id));
  if (!row) return fail(ErrorCode::key_missing, "the token's vault has no key " + id.short_form());
  BS_TRY(require_online_role(row->role));
  return std::make_shared<TokenVaultSigner>(state_, *state_->table, *state_->options.clock, lower, *row,
                                            BS_TRY(state_->open(*row)));
}

Result<bool> TokenVault::remove(const KeyId& id) {
  return state_->table->retire_key(id, state_->options.clock->now());
}

Result<std::int64_t> TokenVault::retire(const Gun& gun) {
  return state_->table->retire(gun, state_->options.clock->now());
}

Result<void> TokenVault::check() const {
  BS_TRY(state_->table->check_value());
  return state_->token->check();
}

}  // namespace boltseal::vault
