#include "base/untrusted.h"
#include "daemon/config_fields.h"
#include "daemon/notary_common.h"
#include "daemon/notary_config.h"

namespace boltseal::daemon {
namespace {

const std::set<std::string_view>& known_members() {
  static const std::set<std::string_view> known = {
      "server.grpc_addr",          "server.tls_cert_file",
      "server.tls_key_file",       "server.client_ca_file",
      "storage.backend",           "storage.db_url",
      "storage.default_alias",     "logging.level",
      "reporting.bugsnag.api_key", "reporting.bugsnag.release_stage",
      "reporting.bugsnag.endpoint"};
  return known;
}

tl::unexpected<Error> refused(std::string what, std::string hint = {}) {
  return fail(ErrorCode::bad_config, std::move(what), std::move(hint));
}

Result<ListenConfig> take_listener(const NotaryMembers& members, const std::string& directory,
                                   Warnings& warnings) {
  ListenConfig listener;
  listener.address = BS_TRY(members.text("server.grpc_addr"));
  if (listener.address.empty())
    return refused("grpc listen address required for server", "set server.grpc_addr");
  const std::string problem = problem_of_address(listener.address);
  if (!problem.empty()) return refused("server.grpc_addr " + problem);
  listener.tls_cert = BS_TRY(take_path(members, "server.tls_cert_file", directory));
  listener.tls_key = BS_TRY(take_path(members, "server.tls_key_file", directory));
  listener.client_ca = BS_TRY(take_path(members, "server.client_ca_file", directory));
  if (listener.tls_cert.empty() || listener.tls_key.empty())
    return refused("unable to set up TLS: server.tls_cert_file and server.tls_key_file are needed",
                   "name a certificate and its key: the signer speaks TLS alone");
  listener.require_client_certificate = !listener.client_ca.empty();
  if (listener.client_ca.empty())
    warnings.emplace_back(
        "server.client_ca_file is not set: everybody who reaches the signer may sign, as with notary-signer");
  return listener;
}

Result<void> take_keys(const NotaryMembers& members, KeysConfig& keys, Warnings& warnings) {
  const std::string backend = BS_TRY(members.text("storage.backend"));
  if (backend == "memory") {
    keys.place = KeyPlace::memory;
    warnings.emplace_back(
        "storage.backend memory: keys are lost when the signer ends, as with notary-signer");
    return {};
  }
  if (backend != "mysql" && backend != "postgres" && backend != "sqlite3" && backend != "rethinkdb") {
    return refused(
        escape_untrusted(backend) +
            " is not an allowed backend, must be one of: [memory mysql sqlite3 rethinkdb postgres]",
        "storage.backend must be postgres, mysql or memory");
  }
  keys.place = KeyPlace::notary_database;
  keys.database = BS_TRY(take_database(members, backend, warnings));
  keys.default_alias = BS_TRY(members.text("storage.default_alias"));
  // notary-signer looks there, too, without the path.
  if (keys.default_alias.empty())
    keys.default_alias = members.process_variable("NOTARY_SIGNER_DEFAULT_ALIAS").value_or("");
  if (keys.default_alias.empty())
    return refused("must provide a default alias for the key DB", "set storage.default_alias");
  return {};
}

}  // namespace

Result<LoadedConfig> signer_from_notary(const NotaryFile& file) {
  const NotaryMembers members = BS_TRY(NotaryMembers::of(file.root, "NOTARY_SIGNER_", file.environment));
  LoadedConfig loaded;
  loaded.kind = FileKind::notary_signer;
  loaded.config.server.reset();
  SignerConfig& signer = loaded.config.signer.emplace();
  signer.foreign_rollback = ForeignRollback::log;
  warn_unknown(members, known_members(), "notary-signer", loaded.warnings);
  BS_TRY(take_logging(members, loaded.config, loaded.warnings));
  signer.listen = {BS_TRY(take_listener(members, file.directory, loaded.warnings))};
  BS_TRY(take_keys(members, signer.keys, loaded.warnings));
  return loaded;
}

}  // namespace boltseal::daemon
