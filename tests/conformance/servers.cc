#include "tests/conformance/servers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "db/mysql.h"
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

db::Connect fresh_mariadb(bool notary_tables, std::chrono::milliseconds statement_timeout) {
  static std::atomic<int> count{0};
  const std::string name = "test_" + std::to_string(++count);
  const db::MysqlOptions options{.dsn = "peers@tcp(" + environment("MARIADB_ADDR") + ")/" + name,
                                 .statement_timeout = statement_timeout};
  auto session = db::connect_mysql({.dsn = environment("MARIADB_URL")});
  EXPECT_TRUE(session) << session.error().what();
  EXPECT_TRUE((*session)->execute("CREATE DATABASE " + name + " CHARACTER SET utf8"));
  const auto connect = [options] { return db::connect_mysql(options); };
  auto inside = connect();
  EXPECT_TRUE(inside) << inside.error().what();
  // There is no one statement that ends several sessions; those that went by themselves meanwhile are no
  // error.
  auto made = (*inside)->execute(
      "CREATE PROCEDURE kill_others() BEGIN DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; "
      "FOR one IN (SELECT id FROM information_schema.processlist WHERE db=DATABASE() AND "
      "id<>CONNECTION_ID()) DO "
      "KILL one.id; END FOR; END");
  EXPECT_TRUE(made) << made.error().what();
  if (notary_tables) {
    made = (*inside)->execute(file_text(BOLTSEAL_SOURCE_DIR "/tests/support/sql/server.mariadb.sql"));
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

DatabaseServer mariadb_server() {
  return {.name = "mariadb",
          .fresh = fresh_mariadb,
          .at = [](const std::string& dsn) -> db::Connect {
            return [dsn] { return db::connect_mysql({.dsn = dsn}); };
          },
          .sleep = "SELECT SLEEP(60)",
          .without_deadline = "SET SESSION max_statement_time=0",
          .session_id = "SELECT CONNECTION_ID()",
          .kill_session = "KILL ?",
          .kill_others = "CALL kill_others()",
          .blob_type = "longblob",
          .folds_names = true};
}

std::vector<DatabaseServer> all_servers() { return {postgres_server(), mariadb_server()}; }

}  // namespace boltseal::database_servers
