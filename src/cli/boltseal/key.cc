#include <fmt/core.h>

#include "base/files.h"
#include "base/limits.h"
#include "base/untrusted.h"
#include "cli/boltseal/commands.h"
#include "crypto/pem.h"
#include "crypto/software_key.h"
#include "keys/key_import.h"

namespace boltseal::cli {
namespace {

void write_key(json::Writer& w, const keys::KeyInfo& key) {
  w.begin_object().member("id", key.id.str()).member("role", key.role).member("gun", key.gun);
  w.member("encrypted", key.encrypted).member("location", key.location).end_object();
}

void write_errors(json::Writer& w, std::string_view name, const std::vector<Error>& errors) {
  w.name(name).begin_array();
  for (const Error& error : errors) {
    w.begin_object()
        .member("code", std::string(name_of(error.code())))
        .member("what", error.what())
        .end_object();
  }
  w.end_array();
}

Result<int> run_list(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 0));
  const auto listing = BS_TRY(BS_TRY(invocation.keys())->list());
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object().name("keys").begin_array();
    for (const keys::KeyInfo& key : listing.keys) write_key(w, key);
    w.end_array();
    write_errors(w, "warnings", listing.warnings);
    w.end_object();
    output.json(w);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const keys::KeyInfo& key : listing.keys) {
    rows.push_back({escape_untrusted(key.role), escape_untrusted(key.gun), key.id.str(),
                    key.encrypted ? "passphrase" : "NONE"});
  }
  output.print(rows.empty() ? "no private keys\n"
                            : term::table({"ROLE", "GUN", "KEY ID", "PROTECTION"}, rows));
  for (const Error& warning : listing.warnings) output.note("warning: " + warning.what());
  return 0;
}

Result<crypto::KeyAlgorithm> algorithm_of(const std::string& name) {
  if (name.empty() || name == "ecdsa") return crypto::KeyAlgorithm::ecdsa_p256;
  if (name == "ecdsa-p384") return crypto::KeyAlgorithm::ecdsa_p384;
  if (name == "ed25519") return crypto::KeyAlgorithm::ed25519;
  return fail(ErrorCode::usage, "there is no key type \"" + escape_untrusted(name) + "\"",
              "types are ecdsa, ecdsa-p384 and ed25519; stock clients read only ecdsa");
}

// PUBLIC KEY with the header `role`, as docker trust key generate writes it: what an owner adds as a signer.
Result<void> write_public_key(Invocation& invocation, const keys::KeyInfo& key) {
  const std::string path = invocation.options().value("public-key");
  if (path.empty()) return {};
  const auto signer = BS_TRY(BS_TRY(invocation.keys())->signer(key.id));
  const std::size_t slash = path.rfind('/');
  const Directory directory =
      BS_TRY(Directory::open(slash == std::string::npos ? "." : path.substr(0, slash + 1)));
  crypto::PemBlock block("PUBLIC KEY", to_bytes(signer->public_key()->spki()));
  block.set_header("role", key.role);
  return directory.write_new(path.substr(slash == std::string::npos ? 0 : slash + 1),
                             BS_TRY(crypto::pem_write(block)), 0644);
}

Result<int> run_generate(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 1));
  const std::string& role = invocation.arguments()[0];
  const auto gun = BS_TRY(invocation.gun());
  const auto algorithm = BS_TRY(algorithm_of(invocation.options().value("type")));
  const auto key = BS_TRY(BS_TRY(invocation.keys())->generate(algorithm, role, gun));
  BS_TRY(write_public_key(invocation, key));
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    write_key(w, key);
    output.json(w);
  } else {
    output.line(key.id.str());
  }
  return 0;
}

Result<int> run_import(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(1, 100));
  keys::ImportOptions options{.role = invocation.options().value("role"), .gun = BS_TRY(invocation.gun())};
  keys::ImportReport all;
  for (const std::string& path : invocation.arguments()) {
    std::string pem = BS_TRY(read_file(path, limits::kKeyFileBytes));
    auto report = keys::import_keys(*BS_TRY(invocation.keys()), pem, options);
    wipe_string(pem);
    if (!report) return tl::unexpected(std::move(report).error().within(escape_untrusted(path, 4096)));
    for (auto& key : report->imported) all.imported.push_back(std::move(key));
    for (auto& error : report->rejected)
      all.rejected.push_back(std::move(error).within(escape_untrusted(path, 4096)));
  }
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object().name("imported").begin_array();
    for (const keys::KeyInfo& key : all.imported) write_key(w, key);
    w.end_array();
    write_errors(w, "rejected", all.rejected);
    w.end_object();
    output.json(w);
  } else {
    for (const keys::KeyInfo& key : all.imported)
      output.line(fmt::format("imported {} {}", escape_untrusted(key.role), key.id.str()));
    for (const Error& error : all.rejected) {
      output.note("not imported: " + error.what());
      output.hint(error.hint());
    }
  }
  return all.rejected.empty() ? 0 : exit_status(all.rejected.front().code());
}

Result<int> run_export(Invocation& invocation) {
  BS_TRY(invocation.expect_arguments(0, 100));
  keys::FileKeyStore& store = *BS_TRY(invocation.keys());
  std::vector<KeyId> ids;
  for (const std::string& id : invocation.arguments()) ids.push_back(BS_TRY(KeyId::parse(id)));
  if (ids.empty()) {
    for (const keys::KeyInfo& key : BS_TRY(store.list()).keys) ids.push_back(key.id);
  }
  const std::string bundle = BS_TRY(store.export_bundle(ids));
  const std::string path = invocation.options().value("output");
  if (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const Directory directory =
        BS_TRY(Directory::open(slash == std::string::npos ? "." : path.substr(0, slash + 1)));
    BS_TRY(directory.write_new(path.substr(slash == std::string::npos ? 0 : slash + 1), bundle));
  }
  Output& output = invocation.output();
  if (output.is_json()) {
    auto w = Output::writer();
    w.begin_object().member("keys", static_cast<std::int64_t>(ids.size())).member("output", path);
    if (path.empty()) w.member("bundle", bundle);
    w.end_object();
    output.json(w);
  } else if (path.empty()) {
    output.print(bundle);
  } else {
    output.note(fmt::format("{} keys, still protected by their passphrases", ids.size()));
  }
  return 0;
}

}  // namespace

Command key_list_command() {
  return {.name = "key list",
          .arguments = "",
          .summary = "list private keys",
          .description = "",
          .options = {},
          .run = run_list};
}

Command key_generate_command() {
  return {.name = "key generate",
          .arguments = "ROLE",
          .summary = "make a private key",
          .description = "ROLE is root, or a signer's name; targets and snapshot keys also need --gun.",
          .options = {{"type", 0, "TYPE", "ecdsa (default), ecdsa-p384 or ed25519"},
                      {"public-key", 0, "FILE",
                       "also write the public key, to be handed to a repository's owner"}},
          .run = run_generate};
}

Command key_import_command() {
  return {.name = "key import",
          .arguments = "FILE...",
          .summary = "bring private keys into the trust directory",
          .description =
              "Reads bundles of key export and of notary, Docker's key files, and keys made by openssl.",
          .options = {{"role", 'r', "ROLE", "role of keys whose file names none (default: delegation)"}},
          .run = run_import};
}

Command key_export_command() {
  return {.name = "key export",
          .arguments = "[KEY-ID...]",
          .summary = "write private keys, still encrypted, as a bundle",
          .description =
              "Without key ids: all keys. The bundle can be read by boltseal and by notary key import.",
          .options = {{"output", 'o', "FILE", "file to write (default: standard output)"}},
          .run = run_export};
}

}  // namespace boltseal::cli
