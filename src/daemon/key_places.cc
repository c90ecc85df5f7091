#include "daemon/key_places.h"

#include "daemon/databases.h"
#include "keys/pkcs11/token.h"
#include "server/remote_keys.h"
#include "vault/key_table.h"
#include "vault/notary_keys.h"
#include "vault/token_keys.h"
#include "vault/vault.h"

namespace boltseal::daemon {
namespace {

using vault::LowerVersions;

/// Rows of sealed keys, or of what is known of keys on a token: beside the metadata.
Result<std::unique_ptr<vault::KeyTable>> open_table(const KeySurroundings& around, std::string_view file) {
  if (around.beside != nullptr) return vault::make_sql_key_table(make_pool(*around.beside));
  if (around.state == nullptr) return vault::make_memory_key_table();
  return vault::make_sqlite_key_table(around.state->path() + "/" + std::string(file));
}

Result<std::shared_ptr<vault::KeyHolder>> open_vault(const KeySurroundings& around, LowerVersions lower) {
  auto table = BS_TRY(open_table(around, "vault.db"));
  auto opened = BS_TRY(vault::Vault::open(std::move(table), *around.keys, {.lower_versions = lower}));
  return std::make_shared<vault::Vault>(std::move(opened));
}

Result<std::shared_ptr<vault::KeyHolder>> open_notary_database(const KeysConfig& config,
                                                               const KeySurroundings& around,
                                                               LowerVersions lower) {
  vault::NotaryVaultOptions options{.default_alias = config.default_alias, .lower_versions = lower};
  options.passphrase = [variables = *around.variables](const std::string& alias) {
    return variables.passphrase_of(alias);
  };
  return std::shared_ptr<vault::KeyHolder>(
      BS_TRY(vault::NotaryVault::open(make_pool(config.database), std::move(options))));
}

Result<std::shared_ptr<vault::KeyHolder>> open_token(const KeysConfig& config, const KeySurroundings& around,
                                                     LowerVersions lower) {
  namespace pkcs11 = keys::pkcs11;
  const pkcs11::Uri uri = BS_TRY(pkcs11::parse_uri(config.pkcs11.uri));
  const pkcs11::PinSource pin =
      config.pkcs11.pin_file.empty()
          ? pkcs11::pin_of(uri)
          : pkcs11::PinSource([file = config.pkcs11.pin_file] { return pkcs11::read_pin_file(file); });
  auto token = BS_TRY(pkcs11::Token::open(uri, pin, config.pkcs11.module));
  auto table = BS_TRY(open_table(around, "token-keys.db"));
  return std::shared_ptr<vault::KeyHolder>(
      BS_TRY(vault::TokenVault::open(std::move(table), std::move(token), {.lower_versions = lower})));
}

Result<std::shared_ptr<vault::KeyHolder>> open_place(const KeysConfig& config, const KeySurroundings& around,
                                                     LowerVersions lower) {
  switch (config.place) {
    case KeyPlace::vault:
      return open_vault(around, lower);
    case KeyPlace::memory:
      return open_vault({.keys = around.keys}, lower);
    case KeyPlace::notary_database:
      return open_notary_database(config, around, lower);
    case KeyPlace::pkcs11:
      return open_token(config, around, lower);
    case KeyPlace::signer:
      return around.of_signer;
    case KeyPlace::remote:
      break;
  }
  return fail(ErrorCode::internal, "keys at another signer have no holder here");
}

}  // namespace

Result<std::shared_ptr<vault::KeyHolder>> open_holder(const KeysConfig& config, const KeySurroundings& around,
                                                      LowerVersions lower) {
  auto holder = BS_TRY(open_place(config, around, lower));
  BS_TRY(holder->check());
  return holder;
}

Result<std::unique_ptr<server::KeyService>> open_keys(const KeysConfig& config,
                                                      const KeySurroundings& around) {
  if (config.place == KeyPlace::memory) return server::make_memory_keys(config.algorithm);
  if (config.place == KeyPlace::remote) {
    auto signer = BS_TRY(keys::RemoteSigner::make({.address = config.remote.address,
                                                   .ca_file = config.remote.ca,
                                                   .client_certificate = config.remote.client_cert,
                                                   .client_key = config.remote.client_key}));
    return server::make_remote_keys(std::move(signer), {.algorithm = config.algorithm});
  }
  return server::make_vault_keys(BS_TRY(open_holder(config, around, LowerVersions::refuse)),
                                 config.algorithm);
}

}  // namespace boltseal::daemon
