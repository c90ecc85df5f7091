#include "tests/conformance/servers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "db/postgres.h"

namespace boltseal::database_servers {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A schema of its own in the database postgres: as good as a database, and made in a moment.
db::Connect fresh_postgres(bool notary_tables, std::chrono::milliseconds statement_timeout) {
  static std::atomic<int> count{0};
  const std::string url = environment("POSTGRES_URL");
  const std::string schema = "test_" + std::to_string(++count);
  const db::PostgresOptions options{.conninfo = url + "&options=-csearch_path%3D" + schema,
                                    .statement_timeout = statement_timeout};
  auto session = db::connect_postgres({.conninfo = url});
  EXPECT_TRUE(session) << session.error().what();
  EXPECT_TRUE((*session)->execute("CREATE SCHEMA " + schema));
  const auto connect = [options] { return db::connect_postgres(options); };
  if (notary_tables) {
    auto inside = connect();
    EXPECT_TRUE(inside);
    const auto made =
        (*inside)->execute(file_text(BOLTSEAL_SOURCE_DIR "/tests/support/sql/server.postgres.sql"));
    EXPECT_TRUE(made) << made.error().what();
  }
  return connect;
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  EXPECT_NE(value, nullptr) << name << " is not set: run this by run.sh";
  return value == nullptr ? "" : value;
}

DatabaseServer postgres_server() {
  return {.name = "postgres",
          .fresh = fresh_postgres,
          .at = [](const std::string& url) -> db::Connect {
            return [url] { return db::connect_postgres({.conninfo = url}); };
          },
          .sleep = "SELECT pg_sleep(60)",
          .without_deadline = "SET statement_timeout=0",
          .session_id = "SELECT pg_backend_pid()",
          .kill_session = "SELECT pg_terminate_backend(CAST(? AS integer))",
          .kill_others =
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type='client "
              "backend' AND pid<>pg_backend_pid()",
          .blob_type = "bytea"};
}

std::vector<DatabaseServer> all_servers() { return {postgres_server()}; }

}  // namespace boltseal::database_servers
