// boltseald keys rewrap ALIAS: the keys of a notary-signer's database under another passphrase.
#include <fmt/core.h>

#include "base/untrusted.h"
#include "daemon/commands/commands.h"
#include "daemon/databases.h"
#include "vault/notary_keys.h"

namespace boltseal::daemon {
namespace {

constexpr std::string_view kDryRun = "--dry-run";
constexpr CommandOption kOptions[] = {{kDryRun, "", "open every key, change nothing"}};

Result<const KeysConfig*> keys_of(const Config& config) {
  if (config.signer && config.signer->keys.place == KeyPlace::notary_database) return &config.signer->keys;
  if (config.server && config.server->keys.place == KeyPlace::notary_database) return &config.server->keys;
  return fail(ErrorCode::usage, "the configuration names no notary-signer's database",
              "name the notary-signer's file with --config or --signer-config");
}

void print_report(const vault::RewrapReport& report, bool dry) {
  fmt::print("{} keys {}, {} stood under it before.\n", report.done,
             dry ? "to encrypt anew" : "encrypted anew", report.already);
  if (report.changed > 0)
    fmt::print("{} keys were changed by another server meanwhile: run this again.\n", report.changed);
  for (const std::string& failure : report.failures) fmt::print("  {}\n", escape_untrusted(failure));
}

Result<void> rewrap(const Invocation& invocation) {
  const KeysConfig& keys = *BS_TRY(keys_of(invocation.loaded.config));
  vault::NotaryVaultOptions options{.default_alias = keys.default_alias};
  options.passphrase = [&variables = invocation.variables](const std::string& alias) {
    return variables.passphrase_of(alias);
  };
  const auto vault = BS_TRY(vault::NotaryVault::open(make_pool(keys.database), std::move(options)));
  const bool dry = invocation.has(kDryRun);
  const auto report = BS_TRY(vault->rewrap(invocation.operand(0), dry));
  print_report(report, dry);
  if (report.failed == 0) return {};
  return fail(ErrorCode::bad_passphrase,
              fmt::format("{} keys do not open and were left alone", report.failed),
              "set the variables of their aliases, and run this again");
}

}  // namespace

const CommandEntry kKeysRewrap{
    .words = "keys rewrap",
    .operands = "ALIAS",
    .help = "encrypt a notary-signer's keys under the passphrase of ALIAS; may run beside servers",
    .least_operands = 1,
    .most_operands = 1,
    .options = kOptions,
    .run = rewrap};

}  // namespace boltseal::daemon
