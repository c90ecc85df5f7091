#include "daemon/config_fields.h"
#include "daemon/config_file.h"
#include "daemon/config_words.h"
#include "daemon/database_source.h"
#include "json/writer.h"

namespace boltseal::daemon {
namespace {

using json::Writer;

void text_unless_empty(Writer& w, std::string_view name, const std::string& text) {
  if (!text.empty()) w.member(name, text);
}

void list(Writer& w, std::string_view name, const std::vector<std::string>& texts) {
  w.name(name).begin_array();
  for (const std::string& text : texts) w.string(text);
  w.end_array();
}

void print_listeners(Writer& w, const std::vector<ListenConfig>& listeners, bool is_signer) {
  w.name("listen").begin_array();
  for (const ListenConfig& listener : listeners) {
    w.begin_object().member("address", listener.address);
    text_unless_empty(w, "tls_cert", listener.tls_cert);
    text_unless_empty(w, "tls_key", listener.tls_key);
    text_unless_empty(w, "client_ca", listener.client_ca);
    if (is_signer || !listener.client_ca.empty())
      w.member("require_client_certificate", listener.require_client_certificate);
    if (listener.plain) w.member("plain", true);
    w.end_object();
  }
  w.end_array();
}

void print_database(Writer& w, const DatabaseConfig& database) {
  w.member(database.kind == DatabaseKind::postgres ? "conninfo" : "dsn",
           redacted_source(database.kind, database.source.reveal()));
  w.member("connections", database.connections);
  w.member("connect_timeout", print_duration(database.connect_timeout));
  w.member("statement_timeout", print_duration(database.statement_timeout));
}

void print_storage(Writer& w, const StorageConfig& storage) {
  w.name("storage").begin_object().member("kind", word_of(kStorageKinds, storage.kind));
  if (storage.kind == StorageKind::sqlite) {
    text_unless_empty(w, "path", storage.path);
    w.member("connections", storage.connections);
  } else if (storage.kind != StorageKind::memory) {
    print_database(w, storage.database);
  }
  if (storage.kind == StorageKind::postgres)
    w.member("consistency", word_of(kConsistencies, storage.consistency));
  w.end_object();
}

void print_keys(Writer& w, const KeysConfig& keys, bool is_signer) {
  w.name("keys").begin_object().member("place", word_of(kKeyPlaces, keys.place));
  if (!is_signer) w.member("algorithm", word_of(kAlgorithms, keys.algorithm));
  if (keys.place == KeyPlace::notary_database) {
    w.name("database").begin_object().member("kind", word_of(kDatabaseKinds, keys.database.kind));
    print_database(w, keys.database);
    w.member("default_alias", keys.default_alias).end_object();
  } else if (keys.place == KeyPlace::remote) {
    w.name("remote").begin_object().member("address", keys.remote.address);
    text_unless_empty(w, "ca", keys.remote.ca);
    text_unless_empty(w, "client_cert", keys.remote.client_cert);
    text_unless_empty(w, "client_key", keys.remote.client_key);
    w.end_object();
  } else if (keys.place == KeyPlace::pkcs11) {
    w.name("pkcs11").begin_object().member("module", keys.pkcs11.module).member("token", keys.pkcs11.uri);
    w.member("pin_file", keys.pkcs11.pin_file).end_object();
  }
  w.end_object();
}

void print_token(Writer& w, const AuthConfig& auth) {
  w.name("token").begin_object().member("realm", auth.realm).member("service", auth.service);
  w.member("issuer", auth.issuer);
  text_unless_empty(w, "root_certificates", auth.root_certificates);
  text_unless_empty(w, "jwks", auth.jwks);
  w.member("autoredirect", auth.autoredirect);
  if (!auth.hosts.empty()) list(w, "hosts", auth.hosts);
  w.end_object();
}

void print_auth(Writer& w, const AuthConfig& auth) {
  w.name("auth").begin_object().member("kind", word_of(kAuthKinds, auth.kind));
  if (auth.kind == AuthKind::token) print_token(w, auth);
  if (auth.kind == AuthKind::htpasswd) {
    w.name("htpasswd")
        .begin_object()
        .member("file", auth.password_file)
        .member("realm", auth.realm)
        .end_object();
    list(w, "admins", auth.admins);
  }
  if (auth.kind != AuthKind::none) {
    w.member("anonymous_read", auth.anonymous_read).name("certificates").begin_array();
    for (const CertificateAccess& access : auth.certificates) {
      w.begin_object().member("subject", access.subject);
      list(w, "guns", access.guns);
      list(w, "actions", access.actions);
      w.end_object();
    }
    w.end_array();
  }
  w.end_object();
}

void print_limits(Writer& w, const ServerConfig& server) {
  w.name("lifetimes").begin_object().member("snapshot", print_duration(server.snapshot_lifetime));
  w.member("timestamp", print_duration(server.timestamp_lifetime)).end_object();
  w.name("renewal").begin_object().member("at_percent", server.renew_at_percent).end_object();
  w.name("caching").begin_object().name("max_age").begin_object().member("current", server.max_age_current);
  w.member("consistent", server.max_age_consistent).end_object().end_object();
  w.name("repositories").begin_object();
  list(w, "gun_prefixes", server.gun_prefixes);
  w.member("any_name", server.any_gun_name).end_object();
  w.name("changefeed").begin_object().member("open", server.open_changefeed).end_object();
  w.name("limits").begin_object().member("upload_bytes", server.upload_bytes);
  w.member("cache_bytes", server.cache_bytes).member("connections", server.connections);
  w.member("workers", server.workers).name("rate").begin_object();
  w.member("requests_per_second", server.rate.requests_per_second);
  if (server.rate.requests_per_second > 0) w.member("burst", server.rate.burst);
  w.end_object().end_object();
  w.name("shutdown").begin_object();
  if (server.drain) w.member("drain", print_duration(*server.drain));
  w.member("grace", print_duration(server.grace)).end_object();
  list(w, "trusted_proxies", server.trusted_proxies);
}

void print_signer(Writer& w, const SignerConfig& signer) {
  w.name("signer").begin_object();
  print_listeners(w, signer.listen, true);
  print_keys(w, signer.keys, true);
  if (!signer.clients.empty()) {
    w.name("clients").begin_array();
    for (const SignerClient& client : signer.clients) {
      w.begin_object().member("subject", client.subject);
      list(w, "guns", client.guns);
      w.end_object();
    }
    w.end_array();
  }
  w.member("foreign_rollback", word_of(kRollbacks, signer.foreign_rollback)).end_object();
}

}  // namespace

std::string print_config(const Config& config) {
  Writer w({.indent = "  "});
  w.begin_object();
  if (config.server) {
    w.name("server").begin_object();
    print_listeners(w, config.server->listen, false);
    print_storage(w, config.server->storage);
    print_keys(w, config.server->keys, false);
    print_auth(w, config.server->auth);
    print_limits(w, *config.server);
    w.end_object();
  }
  if (config.signer) print_signer(w, *config.signer);
  w.name("logging").begin_object().member("level", word_of(kLevels, config.log_level));
  w.member("requests", config.log_requests);
  text_unless_empty(w, "access_log", config.access_log);
  w.end_object();
  if (!config.metrics_listen.empty())
    w.name("metrics").begin_object().member("listen", config.metrics_listen).end_object();
  w.end_object();
  return w.take();
}

}  // namespace boltseal::daemon
