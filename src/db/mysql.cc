#include "db/mysql.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/clock.h"
#include "base/secret.h"
#include "base/untrusted.h"
#include "db/mysql_api.h"
#include "db/mysql_dsn.h"
#include "db/mysql_error.h"
#include "db/mysql_session.h"

namespace boltseal::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// libmariadb counts whole seconds, and 0 is no limit.
unsigned whole_seconds(milliseconds time) {
  return static_cast<unsigned>(std::max<std::int64_t>(1, std::chrono::ceil<seconds>(time).count()));
}

template <typename T>
void set(const MysqlApi& api, MYSQL* handle, mysql_option option, const T& value) {
  api.optionsv(handle, option, static_cast<const void*>(&value));
}
void set_text(const MysqlApi& api, MYSQL* handle, mysql_option option, const char* text) {
  api.optionsv(handle, option, static_cast<const void*>(text));
}

/// The server ends a statement in time; the reader waits a little longer, so that its answer is heard.
milliseconds patience(const MysqlDsn& dsn, const MysqlOptions& options) {
  return dsn.read_timeout.value_or(options.statement_timeout + seconds(2));
}

void set_deadlines(const MysqlApi& api, MYSQL* handle, const MysqlDsn& dsn, const MysqlOptions& options) {
  set(api, handle, MYSQL_OPT_CONNECT_TIMEOUT, whole_seconds(dsn.timeout.value_or(options.connect_timeout)));
  set(api, handle, MYSQL_OPT_READ_TIMEOUT, whole_seconds(patience(dsn, options)));
  set(api, handle, MYSQL_OPT_WRITE_TIMEOUT,
      whole_seconds(dsn.write_timeout.value_or(options.statement_timeout)));
}

void set_tls(const MysqlApi& api, MYSQL* handle, const MysqlDsn& dsn) {
  if (dsn.tls == MysqlDsn::Tls::off) return;
  const auto file = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
  api.ssl_set(handle, file(dsn.tls_key), file(dsn.tls_cert), file(dsn.tls_ca), nullptr, nullptr);
  set_text(api, handle, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
  // Setting either to "no" would take the wish for TLS back.
  if (dsn.tls != MysqlDsn::Tls::preferred) set(api, handle, MYSQL_OPT_SSL_ENFORCE, my_bool{1});
  if (dsn.tls == MysqlDsn::Tls::verified) set(api, handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, my_bool{1});
}

/// The server names the way in which the password is proved, and one of them sends it as it is.
void set_authentication(const MysqlApi& api, MYSQL* handle, const MysqlDsn& dsn) {
  std::string allowed = "caching_sha2_password,client_ed25519,sha256_password";
  if (dsn.native_password) {
    allowed += ",mysql_native_password";
  } else {
    set_text(api, handle, MYSQL_DEFAULT_AUTH, "caching_sha2_password");
  }
  if (dsn.cleartext_password) allowed += ",mysql_clear_password,dialog";
  set_text(api, handle, MARIADB_OPT_RESTRICTED_AUTH, allowed.c_str());
}

void configure(const MysqlApi& api, MYSQL* handle, const MysqlDsn& dsn, const MysqlOptions& options) {
  set_deadlines(api, handle, dsn, options);
  set_tls(api, handle, dsn);
  set_authentication(api, handle, dsn);
  // "localhost" must not mean a socket, nor may a server ask for a file of this machine.
  set(api, handle, MYSQL_OPT_PROTOCOL,
      static_cast<unsigned>(dsn.host.empty() ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP));
  set(api, handle, MYSQL_OPT_LOCAL_INFILE, 0U);
  set(api, handle, MYSQL_OPT_RECONNECT, my_bool{0});
  set(api, handle, MYSQL_OPT_MAX_ALLOWED_PACKET, 1UL << 30);
  set_text(api, handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (dsn.compress) set_text(api, handle, MYSQL_OPT_COMPRESS, nullptr);
}

/// What our statements count on. A lock is waited for half as long as a statement may take, so that the error
/// tells the two apart. Comments with a version number are read by that server alone: MariaDB's limit holds
/// for all statements, MySQL's for SELECT.
std::string set_up(const MysqlDsn& dsn, milliseconds statement) {
  const auto lock = std::max<std::int64_t>(1, statement.count() / 2000);
  std::string script = fmt::format(
      "SET NAMES utf8mb4 COLLATE utf8mb4_bin;"
      "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;"
      "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',time_zone='+00:00',autocommit=1,"
      "innodb_lock_wait_timeout={0},lock_wait_timeout={0} /*M!100101 ,max_statement_time={1:.3f} */ "
      "/*!50708 ,max_execution_time={2} */",
      lock, static_cast<double>(statement.count()) / 1000, statement.count());
  for (const auto& [name, value] : dsn.settings) script += fmt::format(";SET SESSION {}={}", name, value);
  return script;
}

std::string place_of(const MysqlDsn& dsn) {
  if (dsn.host.empty()) return escape_untrusted(dsn.socket);
  return fmt::format("{}:{}", dsn.host, dsn.port);
}

}  // namespace

Result<std::unique_ptr<Session>> connect_mysql(const MysqlOptions& options) {
  MysqlDsn dsn = BS_TRY(parse_mysql_dsn(options.dsn));
  const MysqlApi& api = *BS_TRY(mysql_api());
  MysqlSession::Handle handle(api.init(nullptr), {&api});
  if (!handle) return fail(ErrorCode::io_error, "libmariadb is out of memory");
  configure(api, handle.get(), dsn, options);

  const auto begin = std::chrono::steady_clock::now();
  const auto* host = dsn.host.empty() ? nullptr : dsn.host.c_str();
  const auto* socket = dsn.host.empty() ? dsn.socket.c_str() : nullptr;
  // Rows that an UPDATE found are counted, changed or not, as PostgreSQL counts them.
  const bool connected =
      api.real_connect(handle.get(), host, dsn.user.c_str(), dsn.password.c_str(), dsn.database.c_str(),
                       dsn.port, socket, CLIENT_FOUND_ROWS) != nullptr;
  wipe_string(dsn.password);
  if (!connected) {
    const bool late =
        std::chrono::steady_clock::now() - begin >= dsn.timeout.value_or(options.connect_timeout);
    return fail(
        mysql_connect_error(api.error_number(handle.get()), api.error(handle.get()), place_of(dsn), late));
  }
  const bool must_encrypt = dsn.tls == MysqlDsn::Tls::unverified || dsn.tls == MysqlDsn::Tls::verified;
  if (must_encrypt && api.get_ssl_cipher(handle.get()) == nullptr)
    return fail(ErrorCode::tls_failed, "the database at " + place_of(dsn) + " does not encrypt");
  auto session = std::make_unique<MysqlSession>(api, std::move(handle), patience(dsn, options));
  BS_TRY(session->execute(set_up(dsn, options.statement_timeout)));
  return std::unique_ptr<Session>(std::move(session));
}

}  // namespace boltseal::db
