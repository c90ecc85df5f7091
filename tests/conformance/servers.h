// The database servers that the tests of this folder run against; run.sh has started one and put its address
// into the environment.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "db/pool.h"

namespace boltseal::database_servers {

struct DatabaseServer {
  std::string name;  ///< as run.sh knows it
  /// Opens sessions in a new database, empty or with notary-server's tables.
  std::function<db::Connect(bool notary_tables, std::chrono::milliseconds statement_timeout)> fresh;
  /// Opens sessions in a database that takeover.sh names.
  std::function<db::Connect(const std::string& address)> at;
  // How it says what SQL has no common words for.
  std::string sleep;             ///< for a minute
  std::string without_deadline;  ///< lifts the server's own deadline off the session
  std::string session_id;        ///< gives the number of the session
  std::string kill_session;      ///< "... ?"; ends another session
  std::string kill_others;       ///< ends all other sessions of the database
  std::string blob_type;
  bool folds_names = false;  ///< notary-server's tables take names that differ in case alone as equal
};

DatabaseServer postgres_server();
DatabaseServer mariadb_server();
std::vector<DatabaseServer> all_servers();

/// A variable that run.sh sets; the test fails where it is missing.
std::string environment(const char* name);
/// For gtest's names of parameters.
inline void PrintTo(const DatabaseServer& server, std::ostream* out) { *out << server.name; }

}  // namespace boltseal::database_servers
