#include "db/postgres_errors.h"

#include <fmt/core.h>

#include <array>
#include <string>

#include "base/untrusted.h"
#include "db/statement_text.h"

namespace boltseal::db {
namespace {

struct Mapping {
  std::string_view state;  ///< an SQLSTATE or how it begins
  ErrorCode code;
};

constexpr std::array kMappings{
    Mapping{"23505", ErrorCode::conflict},        // unique_violation
    Mapping{"40001", ErrorCode::conflict},        // serialization_failure
    Mapping{"40P01", ErrorCode::conflict},        // deadlock_detected
    Mapping{"53100", ErrorCode::disk_full},       // disk_full
    Mapping{"55P03", ErrorCode::locked},          // lock_not_available: lock_timeout
    Mapping{"57014", ErrorCode::timed_out},       // query_canceled: statement_timeout
    Mapping{"42P01", ErrorCode::not_found},       // undefined_table
    Mapping{"3F000", ErrorCode::not_found},       // invalid_schema_name
    Mapping{"28", ErrorCode::unauthorized},       // invalid authorization
    Mapping{"42501", ErrorCode::storage_failed},  // insufficient_privilege
    Mapping{"25006", ErrorCode::unreachable},  // read_only_sql_transaction: the primary has become a standby
    Mapping{"25P03", ErrorCode::unreachable},  // idle_in_transaction_session_timeout ends the session
    Mapping{"57P", ErrorCode::unreachable},    // shutdown, crash, starting up
    Mapping{"53300", ErrorCode::unreachable},  // too_many_connections
    Mapping{"08", ErrorCode::unreachable},     // connection exceptions
};

std::string hint_of(ErrorCode code, std::string_view sqlstate) {
  if (sqlstate == "42501")
    return "give the database user the right to do this (GRANT), or let the owner do it once";
  switch (code) {
    case ErrorCode::disk_full:
      return "free space on the disk of the database server";
    case ErrorCode::locked:
      return "another session holds the lock; try again";
    case ErrorCode::timed_out:
      return "the database is overloaded, or another session holds a lock; try again";
    case ErrorCode::unreachable:
      return "check that the database server runs and accepts writes";
    case ErrorCode::storage_failed:
      return "look into the log of the database server";
    default:
      return {};
  }
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

ErrorCode code_of_connect(std::string_view message, bool wants_password) {
  // Host names must not decide: what libpq puts before the reason is cut off.
  const auto reason = message.find(" failed: ");
  if (reason != std::string_view::npos) message.remove_prefix(reason);
  const bool missing = has(message, "does not exist");
  if (wants_password || has(message, "authentication failed") || has(message, "pg_hba.conf") ||
      has(message, "no password supplied") || has(message, "not permitted to log in") ||
      has(message, "permission denied for database") || (missing && has(message, "role \""))) {
    return ErrorCode::unauthorized;
  }
  if (has(message, "SSL") || has(message, "certificate")) return ErrorCode::tls_failed;
  if (missing && has(message, "database \"")) return ErrorCode::bad_config;
  return ErrorCode::unreachable;
}

std::string hint_of_connect(ErrorCode code) {
  switch (code) {
    case ErrorCode::unauthorized:
      return "check user and password of the database, and the server's pg_hba.conf";
    case ErrorCode::tls_failed:
      return "check sslmode, sslrootcert, sslcert and sslkey; without TLS say sslmode=disable";
    case ErrorCode::bad_config:
      return "create the database, or name another one";
    default:
      return "check that the database server runs and that its address is right";
  }
}

}  // namespace

ErrorCode code_of_sqlstate(std::string_view sqlstate) {
  for (const Mapping& mapping : kMappings) {
    if (sqlstate.starts_with(mapping.state)) return mapping.code;
  }
  return ErrorCode::storage_failed;
}

Error statement_error(std::string_view sqlstate, std::string_view message, std::string_view sql) {
  const ErrorCode code = code_of_sqlstate(sqlstate);
  const std::string said = sqlstate.starts_with("22") ? "a value is refused" : escape_untrusted(message);
  return Error(code, fmt::format("PostgreSQL: {} ({}) in \"{}\"", said, sqlstate, first_words(sql)),
               hint_of(code, sqlstate));
}

Error connect_error(std::string_view message, bool wants_password) {
  std::string line;
  for (const char c : message) line += c == '\n' ? ' ' : c;
  while (line.ends_with(' ')) line.pop_back();
  const ErrorCode code = code_of_connect(line, wants_password);
  return Error(code, "PostgreSQL: " + escape_untrusted(line), hint_of_connect(code));
}

}  // namespace boltseal::db
