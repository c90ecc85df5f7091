// Uses a notary-signer's database beside the real notary-signer; driven by real_signer.sh. The aliases'
// passphrases come from NOTARY_SIGNER_<ALIAS>; the default alias is "peers". The keys are for timestamps.
//   check    postgres|mariadb ADDRESS                        every alias opens
//   sign     ... KEY_ID VERSION                              a timestamp of that version, which must verify
//   refuse   ... KEY_ID CODE                                 signing fails with that code
//   create   ... GUN ecdsa|ed25519                           prints the id
//   message  ... VERSION                                     prints a timestamp to sign
//   verify   ... KEY_ID MESSAGE_FILE SIGNATURE_FILE
//   rewrap   ... ALIAS                                       prints how many
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/support/signing_payloads.h"
#include "tests/vault/database.h"
#include "tuf/key.h"
#include "vault/notary_keys.h"

namespace boltseal::vault {
namespace {

using Words = std::vector<std::string>;

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Result<void> sign(NotaryVault& vault, const std::string& id, std::int64_t version) {
  const auto signer = BS_TRY(vault.signer(BS_TRY(KeyId::parse(id))));
  const std::string message = timestamp_payload(tuf::Form::notary, version);
  const crypto::Scheme scheme = scheme_of(*signer->public_key(), tuf::Form::notary);
  const Bytes signature = BS_TRY(signer->sign_text(scheme, message));
  if (crypto::verify(*signer->public_key(), scheme, message, signature)) return {};
  return fail(ErrorCode::internal, "our own signature does not verify");
}

Result<void> verify(NotaryVault& vault, const std::string& id, const std::string& message,
                    const std::string& signature) {
  const auto held = BS_TRY(vault.find(BS_TRY(KeyId::parse(id))));
  if (!held) return fail(ErrorCode::key_missing, "no such key");
  if (crypto::verify(*held->key, scheme_of(*held->key, tuf::Form::notary), file(message),
                     as_bytes(file(signature))))
    return {};
  return fail(ErrorCode::threshold_not_met, "the signature does not verify");
}

Result<void> refuse(NotaryVault& vault, const std::string& id, const std::string& code) {
  const auto signed_all_the_same = sign(vault, id, 9);
  if (!signed_all_the_same && name_of(signed_all_the_same.error().code()) == code) return {};
  if (!signed_all_the_same) return signed_all_the_same;
  return fail(ErrorCode::internal, "it was signed");
}

Result<void> create(NotaryVault& vault, const std::string& gun, const std::string& algorithm) {
  const auto kind = algorithm == "ecdsa" ? crypto::KeyAlgorithm::ecdsa_p256 : crypto::KeyAlgorithm::ed25519;
  const auto key = BS_TRY(vault.create(BS_TRY(Gun::parse(gun)), RoleName::timestamp(), kind));
  std::printf("%s\n", tuf::canonical_key_id(*key).str().c_str());
  return {};
}

Result<void> rewrap(NotaryVault& vault, const std::string& alias) {
  const RewrapReport report = BS_TRY(vault.rewrap(alias, false));
  if (report.failed != 0) return fail(ErrorCode::bad_key, report.failures[0]);
  std::printf("%lld\n", static_cast<long long>(report.done));
  return {};
}

Result<void> run(const Words& words) {
  const std::string& command = words[0];
  const Server server = words[1] == "postgres" ? Server::postgres : Server::mariadb;
  const auto vault = BS_TRY(NotaryVault::open(pool_of(server, words[2]), {.default_alias = "peers"}));
  if (command == "check") return vault->check();
  if (command == "sign") return sign(*vault, words.at(3), std::stoll(words.at(4)));
  if (command == "refuse") return refuse(*vault, words.at(3), words.at(4));
  if (command == "create") return create(*vault, words.at(3), words.at(4));
  if (command == "verify") return verify(*vault, words.at(3), words.at(4), words.at(5));
  if (command == "rewrap") return rewrap(*vault, words.at(3));
  if (command != "message") return fail(ErrorCode::usage, "unknown command " + command);
  std::printf("%s", timestamp_payload(tuf::Form::notary, std::stoll(words.at(3))).c_str());
  return {};
}

}  // namespace
}  // namespace boltseal::vault

int main(int argc, char** argv) {
  const boltseal::vault::Words words(argv + 1, argv + argc);
  if (words.size() < 3) return 2;
  const auto done = boltseal::vault::run(words);
  if (!done)
    std::fprintf(stderr, "%s: %s (%s)\n", std::string(name_of(done.error().code())).c_str(),
                 done.error().what().c_str(), done.error().hint().c_str());
  return done ? 0 : 1;
}
