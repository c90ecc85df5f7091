// The effective configuration of boltseald, whichever file it came from: its own (JSON, one tree for each
// role under its name) or notary-server's and notary-signer's. docs/reference/boltseald.md defines every
// member. Values are checked when they are read (daemon/config_file.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/public_key.h"
#include "daemon/secret_text.h"

namespace boltseal::daemon {

/// Without certificate files and not plain, boltseald uses a certificate of its own CA.
struct ListenConfig {
  std::string address = "127.0.0.1:4443";
  std::string tls_cert, tls_key;            ///< PEM files; both or none
  bool plain = false;                       ///< HTTP without TLS
  std::string client_ca;                    ///< PEM file; empty: no client certificates are asked for
  bool require_client_certificate = false;  ///< by default where there is a client CA
};

/// A database that is a server. `source` is libpq's conninfo or Go's MySQL DSN, with its password.
enum class DatabaseKind : std::uint8_t { postgres, mysql };
struct DatabaseConfig {
  DatabaseKind kind = DatabaseKind::postgres;
  SecretText source;
  std::int64_t connections = 8;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration statement_timeout = std::chrono::seconds(10);
};

enum class StorageKind : std::uint8_t { sqlite, memory, postgres, mysql };
/// How several replicas on one PostgreSQL serve: from memory while notices arrive, or asking at each read.
enum class Consistency : std::uint8_t { notify, strict };

struct StorageConfig {
  StorageKind kind = StorageKind::sqlite;
  std::string path;              ///< sqlite; empty: server.db in the state directory
  std::int64_t connections = 4;  ///< sqlite
  DatabaseConfig database;       ///< postgres, mysql
  Consistency consistency = Consistency::notify;
};

/// Where snapshot and timestamp keys are. `signer`: in the role signer of the same process.
enum class KeyPlace : std::uint8_t { vault, memory, notary_database, remote, pkcs11, signer };

struct RemoteSignerConfig {
  std::string address;                      ///< HOST:PORT
  std::string ca, client_cert, client_key;  ///< PEM files; empty: system roots; no client certificate
};

struct TokenDeviceConfig {
  std::string module, uri, pin_file;
};

struct KeysConfig {
  KeyPlace place = KeyPlace::vault;
  crypto::KeyAlgorithm algorithm = crypto::KeyAlgorithm::ecdsa_p256;  ///< of the server's new keys
  DatabaseConfig database;                                            ///< notary_database
  std::string default_alias;  ///< notary_database: of new keys; passphrases: TakenVariables::passphrase_of
  RemoteSignerConfig remote;
  TokenDeviceConfig pkcs11;
};

enum class AuthKind : std::uint8_t { none, token, htpasswd };

/// A client certificate's subject and what it may do without other credentials.
struct CertificateAccess {
  std::string subject;               ///< RFC 4514, as boltseald logs it
  std::vector<std::string> guns;     ///< policy::GunPattern
  std::vector<std::string> actions;  ///< pull, push, *
};

struct AuthConfig {
  AuthKind kind = AuthKind::none;
  std::string realm;                    ///< token: URL of the token server; htpasswd: text
  std::string service, issuer;          ///< token
  std::string root_certificates, jwks;  ///< token: files; one of them at least
  bool autoredirect = false;            ///< token: realm from the request's Host ...
  std::vector<std::string> hosts;       ///< ... for these; none: the names in the server's certificate
  std::string password_file;            ///< htpasswd
  bool anonymous_read = false;          ///< pull needs no credentials
  std::vector<std::string> admins;      ///< htpasswd users with the admin scope
  std::vector<CertificateAccess> certificates;
};

struct RateConfig {
  std::int64_t requests_per_second = 0;  ///< of one client; 0: no limit
  std::int64_t burst = 0;                ///< 0: ten seconds' worth
};

struct ServerConfig {
  std::vector<ListenConfig> listen = {ListenConfig{}};
  StorageConfig storage;
  KeysConfig keys;
  AuthConfig auth;
  Duration snapshot_lifetime = 3 * 365 * kDay;
  Duration timestamp_lifetime = 14 * kDay;
  std::int64_t renew_at_percent = 50;  ///< of a lifetime
  std::int64_t max_age_current = 300;  ///< seconds; 0: not to be cached
  std::int64_t max_age_consistent = 2'592'000;
  std::vector<std::string> gun_prefixes;
  bool any_gun_name = false;
  bool open_changefeed = false;
  std::int64_t upload_bytes = 128 << 20;
  std::int64_t cache_bytes = 64 << 20;
  std::int64_t connections = 10'000;
  std::int64_t workers = 0;  ///< 0: by the number of processors
  RateConfig rate;
  std::optional<Duration> drain;              ///< at the end: not ready, but serving, for so long
  Duration grace = std::chrono::seconds(10);  ///< then running requests get so long to end
  std::vector<std::string> trusted_proxies;   ///< addresses or ADDRESS/BITS; X-Forwarded-* from these alone
};

/// A client of the signer: what the subject of its certificate gives it.
struct SignerClient {
  std::string subject;
  std::vector<std::string> guns;  ///< policy::GunPattern
};

/// What the signer does with a version below the last that a key signed (SECURITY rule 24).
enum class ForeignRollback : std::uint8_t { refuse, log };

struct SignerConfig {
  std::vector<ListenConfig> listen;   ///< gRPC; always TLS with files
  KeysConfig keys;                    ///< not remote, not signer
  std::vector<SignerClient> clients;  ///< none: every certificate of the client CA, every GUN
  ForeignRollback foreign_rollback = ForeignRollback::refuse;
};

struct Config {
  std::optional<ServerConfig> server = ServerConfig{};  ///< what the configuration enables
  std::optional<SignerConfig> signer;
  log::Level log_level = log::Level::info;
  bool log_requests = false;   ///< one event for each request, at level info
  std::string access_log;      ///< file; empty: requests are events of the log
  std::string metrics_listen;  ///< plain HTTP with metrics and health alone; empty: none
};

}  // namespace boltseal::daemon
