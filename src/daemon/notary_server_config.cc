#include <fmt/core.h>

#include <array>

#include "base/untrusted.h"
#include "daemon/config_fields.h"
#include "daemon/notary_common.h"
#include "daemon/notary_config.h"

namespace boltseal::daemon {
namespace {

constexpr std::int64_t kMaxAge = 31'536'000;

const std::set<std::string_view>& known_members() {
  static const std::set<std::string_view> known = {"server.http_addr",
                                                   "server.tls_cert_file",
                                                   "server.tls_key_file",
                                                   "server.client_ca_file",
                                                   "trust_service.type",
                                                   "trust_service.hostname",
                                                   "trust_service.port",
                                                   "trust_service.tls_ca_file",
                                                   "trust_service.tls_client_cert",
                                                   "trust_service.tls_client_key",
                                                   "trust_service.key_algorithm",
                                                   "storage.backend",
                                                   "storage.db_url",
                                                   "auth.type",
                                                   "auth.options.realm",
                                                   "auth.options.service",
                                                   "auth.options.issuer",
                                                   "auth.options.rootcertbundle",
                                                   "auth.options.autoredirect",
                                                   "caching.max_age.current_metadata",
                                                   "caching.max_age.consistent_metadata",
                                                   "repositories.gun_prefixes",
                                                   "logging.level",
                                                   "reporting.bugsnag.api_key",
                                                   "reporting.bugsnag.release_stage",
                                                   "reporting.bugsnag.endpoint"};
  return known;
}

struct Taking {
  const NotaryFile& file;
  const NotaryMembers& members;
  bool joined;
  ServerConfig& out;
  Warnings& warnings;
};

tl::unexpected<Error> refused(std::string what, std::string hint = {}) {
  return fail(ErrorCode::bad_config, std::move(what), std::move(hint));
}

Result<void> take_listener(const Taking& t) {
  ListenConfig listener;
  listener.address = BS_TRY(t.members.text("server.http_addr"));
  if (listener.address.empty())
    return refused("http listen address required for server", "set server.http_addr");
  const std::string problem = problem_of_address(listener.address);
  if (!problem.empty()) return refused("server.http_addr " + problem);
  listener.tls_cert = BS_TRY(take_path(t.members, "server.tls_cert_file", t.file.directory));
  listener.tls_key = BS_TRY(take_path(t.members, "server.tls_key_file", t.file.directory));
  listener.client_ca = BS_TRY(take_path(t.members, "server.client_ca_file", t.file.directory));
  listener.plain = listener.tls_cert.empty() && listener.tls_key.empty();
  const bool half = listener.tls_cert.empty() != listener.tls_key.empty();
  if (half || (listener.plain && !listener.client_ca.empty())) {
    return refused("either include both a cert and key file, or no TLS information at all to disable TLS",
                   "see server.tls_cert_file, server.tls_key_file and server.client_ca_file");
  }
  listener.require_client_certificate = !listener.client_ca.empty();
  if (listener.plain)
    t.warnings.emplace_back(
        "server.tls_cert_file is not set: HTTP without TLS is served, as notary-server did");
  t.out.listen = {listener};
  return {};
}

Result<void> take_algorithm(const Taking& t) {
  const std::string name = BS_TRY(t.members.text("trust_service.key_algorithm"));
  if (name != "ecdsa" && name != "ed25519" && name != "rsa") {
    return refused("invalid key algorithm configured: " + escape_untrusted(name),
                   "trust_service.key_algorithm must be ecdsa or ed25519");
  }
  if (name == "rsa")
    t.warnings.emplace_back("trust_service.key_algorithm rsa: no signer makes such keys; new ones are ecdsa");
  t.out.keys.algorithm = name == "ed25519" ? crypto::KeyAlgorithm::ed25519 : crypto::KeyAlgorithm::ecdsa_p256;
  return {};
}

Result<void> take_remote(const Taking& t) {
  RemoteSignerConfig remote;
  const std::string host = BS_TRY(t.members.text("trust_service.hostname"));
  const std::string port = BS_TRY(t.members.text("trust_service.port"));
  const bool v6 = host.find(':') != std::string::npos;
  remote.address = (v6 ? "[" + host + "]" : host) + ":" + port;
  const std::string problem = problem_of_address(remote.address);
  if (host.empty() || port.empty() || !problem.empty())
    return refused("trust_service.hostname and trust_service.port do not name the signer",
                   "set both, as \"signer.example\" and \"7899\"");
  remote.ca = BS_TRY(take_path(t.members, "trust_service.tls_ca_file", t.file.directory));
  remote.client_cert = BS_TRY(take_path(t.members, "trust_service.tls_client_cert", t.file.directory));
  remote.client_key = BS_TRY(take_path(t.members, "trust_service.tls_client_key", t.file.directory));
  if (remote.client_cert.empty() != remote.client_key.empty())
    return refused("either pass both client key and cert, or neither",
                   "see trust_service.tls_client_cert and trust_service.tls_client_key");
  t.out.keys.place = KeyPlace::remote;
  t.out.keys.remote = std::move(remote);
  return {};
}

Result<void> take_keys(const Taking& t) {
  const std::string type = BS_TRY(t.members.text("trust_service.type"));
  if (type != "local" && type != "remote")
    return refused("must specify either a \"local\" or \"remote\" type for trust_service",
                   "set trust_service.type");
  if (type == "remote") {
    BS_TRY(take_algorithm(t));
    if (!t.joined) return take_remote(t);
    t.out.keys.place = KeyPlace::signer;
    return {};
  }
  if (t.joined) {
    return refused("trust_service.type is local: the server does not use the signer of --signer-config",
                   "start the two apart, or leave --signer-config out");
  }
  t.out.keys.algorithm = crypto::KeyAlgorithm::ed25519;
  t.out.keys.place = t.out.storage.kind == StorageKind::memory ? KeyPlace::memory : KeyPlace::vault;
  return {};
}

Result<void> take_storage(const Taking& t) {
  const std::string backend = BS_TRY(t.members.text("storage.backend"));
  if (backend == "memory") {
    t.out.storage.kind = StorageKind::memory;
    return {};
  }
  constexpr std::array<std::string_view, 4> kOthers = {"mysql", "postgres", "sqlite3", "rethinkdb"};
  if (std::find(kOthers.begin(), kOthers.end(), backend) == kOthers.end()) {
    return refused(escape_untrusted(backend) + " is not a supported storage backend",
                   "storage.backend must be postgres, mysql or memory");
  }
  t.out.storage.database = BS_TRY(take_database(t.members, backend, t.warnings));
  t.out.storage.kind = backend == "mysql" ? StorageKind::mysql : StorageKind::postgres;
  return {};
}

Result<std::string> auth_option(const json::Value& options, std::string_view name) {
  const json::Value* value = find_any_case(options, name);
  if (value == nullptr || !value->is_string() || value->as_string().empty())
    return refused(fmt::format("token auth requires a valid option string: \"{}\"", name),
                   "set auth.options");
  if (value->as_string().find('\0') != std::string_view::npos)
    return refused(fmt::format("auth.options.{} holds a NUL", name));
  return std::string(value->as_string());
}

Result<void> take_auth(const Taking& t) {
  for (const char* option : {"REALM", "SERVICE", "ISSUER", "ROOTCERTBUNDLE", "AUTOREDIRECT"}) {
    const std::string variable = std::string("NOTARY_SERVER_AUTH_OPTIONS_") + option;
    if (t.members.process_variable(variable))
      t.warnings.push_back(variable + " has no effect, as in notary-server: write it into the file");
  }
  const std::string type = BS_TRY(t.members.text("auth.type"));
  if (type != "token") {
    t.out.open_changefeed = true;
    t.warnings.push_back((type.empty()
                              ? "auth is not set"
                              : "auth.type " + escape_untrusted(type) + " is none that notary-server knows") +
                         ": everybody may read and publish, as there");
    return {};
  }
  const json::Value* options = t.members.in_file("auth.options");
  if (options == nullptr || !options->is_object())
    return refused("auth.options must be a map[string]interface{}", "it must be an object");
  AuthConfig& auth = t.out.auth;
  auth.kind = AuthKind::token;
  auth.realm = BS_TRY(auth_option(*options, "realm"));
  auth.issuer = BS_TRY(auth_option(*options, "issuer"));
  auth.service = BS_TRY(auth_option(*options, "service"));
  auth.root_certificates = below(t.file.working_directory, BS_TRY(auth_option(*options, "rootcertbundle")));
  const json::Value* redirect = find_any_case(*options, "autoredirect");
  if (redirect == nullptr) return {};
  if (redirect->kind() != json::Kind::boolean)
    return refused("token auth requires a valid option bool: autoredirect",
                   "it must be true or false, without quotes");
  auth.autoredirect = redirect->as_bool();
  return {};
}

Result<void> take_max_age(const Taking& t, std::string_view path, std::int64_t& out) {
  const auto age = BS_TRY(t.members.number(path, -1));
  if (!age) return {};
  if (*age < 0 || *age > kMaxAge)
    return refused("must specify a cache-control max-age between 0 and 31536000", "see " + std::string(path));
  out = *age;
  return {};
}

Result<void> take_rest(const Taking& t) {
  BS_TRY(take_max_age(t, "caching.max_age.current_metadata", t.out.max_age_current));
  BS_TRY(take_max_age(t, "caching.max_age.consistent_metadata", t.out.max_age_consistent));
  t.out.gun_prefixes = BS_TRY(t.members.list("repositories.gun_prefixes"));
  for (const std::string& prefix : t.out.gun_prefixes) {
    if (!problem_of_prefix(prefix).empty())
      return refused("invalid GUN prefix " + escape_untrusted(prefix),
                     "it must be a clean path that ends with /");
  }
  t.out.any_gun_name = true;  // what the store holds goes on
  return {};
}

}  // namespace

Result<LoadedConfig> server_from_notary(const NotaryFile& file, bool joined) {
  const NotaryMembers members = BS_TRY(NotaryMembers::of(file.root, "NOTARY_SERVER_", file.environment));
  LoadedConfig loaded;
  loaded.kind = FileKind::notary_server;
  const Taking taking{file, members, joined, *loaded.config.server, loaded.warnings};
  warn_unknown(members, known_members(), "notary-server", loaded.warnings);
  BS_TRY(take_logging(members, loaded.config, loaded.warnings));
  BS_TRY(take_listener(taking));
  BS_TRY(take_storage(taking));
  BS_TRY(take_keys(taking));
  BS_TRY(take_auth(taking));
  BS_TRY(take_rest(taking));
  return loaded;
}

}  // namespace boltseal::daemon
