#include "daemon/config_parts.h"
#include "daemon/config_words.h"
#include "daemon/database_source.h"

namespace boltseal::daemon {
namespace {

constexpr std::int64_t kMostConnections = 256;

/// The members of a database that is a server, beside `kind`.
Result<void> read_database(const Fields& fields, DatabaseKind kind, DatabaseConfig& out) {
  out.kind = kind;
  const bool postgres = kind == DatabaseKind::postgres;
  const std::string_view name = postgres ? "conninfo" : "dsn";
  BS_TRY(only_without(fields, {postgres ? "dsn" : "conninfo"}, postgres ? "postgres" : "mysql"));
  BS_TRY(set_secret(fields, name, out.source));
  if (out.source.empty()) return fail(wrong_member(fields, name, "is needed: it names the database"));
  const auto good = check_source(kind, out.source.reveal());
  if (!good)
    return fail(ErrorCode::bad_config, fields.path_of(name) + ": " + good.error().what(),
                good.error().hint());
  BS_TRY(set_number(fields, "connections", 1, kMostConnections, out.connections));
  BS_TRY(set_duration(fields, "connect_timeout", out.connect_timeout));
  return set_duration(fields, "statement_timeout", out.statement_timeout);
}

Result<void> read_key_database(const Fields& keys, KeysConfig& out) {
  const auto fields = BS_TRY(section(
      keys, "database",
      {"kind", "conninfo", "dsn", "connections", "connect_timeout", "statement_timeout", "default_alias"}));
  if (!fields) return fail(wrong_member(keys, "database", "is needed with notary_database"));
  DatabaseKind kind = DatabaseKind::postgres;
  BS_TRY(set_word(*fields, "kind", kDatabaseKinds, kind));
  BS_TRY(read_database(*fields, kind, out.database));
  BS_TRY(set_text(*fields, "default_alias", out.default_alias));
  if (out.default_alias.empty())
    return fail(wrong_member(*fields, "default_alias", "is needed: it names the passphrase of new keys"));
  return {};
}

Result<void> read_remote(const Fields& keys, const std::string& directory, RemoteSignerConfig& out) {
  const auto fields = BS_TRY(section(keys, "remote", {"address", "ca", "client_cert", "client_key"}));
  if (!fields) return fail(wrong_member(keys, "remote", "is needed: it names the signer"));
  BS_TRY(member(fields->string("address")));
  BS_TRY(set_address(*fields, "address", out.address));
  BS_TRY(set_path(*fields, "ca", directory, out.ca));
  BS_TRY(set_path(*fields, "client_cert", directory, out.client_cert));
  BS_TRY(set_path(*fields, "client_key", directory, out.client_key));
  if (out.client_cert.empty() != out.client_key.empty())
    return fail(wrong_member(*fields, "client_cert", "and client_key belong together"));
  return {};
}

Result<void> read_pkcs11(const Fields& keys, const std::string& directory, TokenDeviceConfig& out) {
  const auto fields = BS_TRY(section(keys, "pkcs11", {"module", "token", "pin_file"}));
  if (!fields) return fail(wrong_member(keys, "pkcs11", "is needed: it names the module and the token"));
  BS_TRY(set_path(*fields, "module", directory, out.module));
  BS_TRY(set_text(*fields, "token", out.uri));
  BS_TRY(set_path(*fields, "pin_file", directory, out.pin_file));
  if (out.module.empty()) return fail(wrong_member(*fields, "module", "is needed: a PKCS#11 library"));
  if (!out.uri.starts_with("pkcs11:"))
    return fail(wrong_member(*fields, "token", "must be a PKCS#11 URI, as pkcs11:token=NAME"));
  if (out.uri.find("pin-value") != std::string::npos)
    return fail(wrong_member(*fields, "token", "holds a PIN: put it into a file, pin_file"));
  if (out.pin_file.empty()) return fail(wrong_member(*fields, "pin_file", "is needed"));
  return {};
}

}  // namespace

Result<void> read_storage(const Fields& server, const std::string& directory, StorageConfig& out) {
  const auto fields = BS_TRY(section(server, "storage",
                                     {"kind", "path", "connections", "conninfo", "dsn", "connect_timeout",
                                      "statement_timeout", "consistency"}));
  if (!fields) return {};
  BS_TRY(set_word(*fields, "kind", kStorageKinds, out.kind));
  const std::string_view kind = word_of(kStorageKinds, out.kind);
  if (out.kind == StorageKind::memory) {
    return only_without(
        *fields,
        {"path", "connections", "conninfo", "dsn", "connect_timeout", "statement_timeout", "consistency"},
        kind);
  }
  if (out.kind != StorageKind::postgres) BS_TRY(only_without(*fields, {"consistency"}, kind));
  BS_TRY(set_word(*fields, "consistency", kConsistencies, out.consistency));
  if (out.kind == StorageKind::sqlite) {
    BS_TRY(only_without(*fields, {"conninfo", "dsn", "connect_timeout", "statement_timeout"}, kind));
    BS_TRY(set_path(*fields, "path", directory, out.path));
    return set_number(*fields, "connections", 1, kMostConnections, out.connections);
  }
  BS_TRY(only_without(*fields, {"path"}, kind));
  return read_database(*fields,
                       out.kind == StorageKind::postgres ? DatabaseKind::postgres : DatabaseKind::mysql,
                       out.database);
}

Result<void> read_keys(const Fields& role, const std::string& directory, bool is_signer, KeysConfig& out) {
  const auto fields = BS_TRY(section(role, "keys", {"place", "algorithm", "database", "remote", "pkcs11"}));
  if (!fields) return {};
  if (is_signer) {
    BS_TRY(only_without(*fields, {"algorithm"}, "a signer: its clients say which"));
    BS_TRY(set_word(*fields, "place", kSignerKeyPlaces, out.place));
  } else {
    BS_TRY(set_word(*fields, "place", kKeyPlaces, out.place));
  }
  BS_TRY(set_word(*fields, "algorithm", kAlgorithms, out.algorithm));
  const std::string_view place = word_of(kKeyPlaces, out.place);
  if (out.place != KeyPlace::notary_database) BS_TRY(only_without(*fields, {"database"}, place));
  if (out.place != KeyPlace::remote) BS_TRY(only_without(*fields, {"remote"}, place));
  if (out.place != KeyPlace::pkcs11) BS_TRY(only_without(*fields, {"pkcs11"}, place));
  if (out.place == KeyPlace::notary_database) return read_key_database(*fields, out);
  if (out.place == KeyPlace::remote) return read_remote(*fields, directory, out.remote);
  if (out.place == KeyPlace::pkcs11) return read_pkcs11(*fields, directory, out.pkcs11);
  return {};
}

}  // namespace boltseal::daemon
