// What PostgreSQL alone has: TLS and passwords of its connections, its locks, its plans.
#include "db/postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "server/storage/sql_queries.h"
#include "server/storage/sql_storage.h"
#include "tests/conformance/servers.h"
#include "tests/support/storage_batches.h"

namespace boltseal::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

Result<std::unique_ptr<db::Session>> connect(const std::string& user, const std::string& more) {
  const std::string address = boltseal::database_servers::environment("POSTGRES_ADDR");
  return db::connect_postgres({.conninfo = "postgres://" + user + "@" + address + "/postgres?" + more});
}

std::string ca() { return "sslrootcert=" + boltseal::database_servers::environment("CA_FILE"); }

TEST(PostgresConnection, IsEncryptedUnlessToldOtherwise) {
  const auto encrypted = [](const std::string& more) {
    auto session = connect("peers", more);
    EXPECT_TRUE(session) << session.error().what();
    return session ? (*session)
                         ->run("SELECT CAST(ssl AS integer) FROM pg_stat_ssl WHERE pid=pg_backend_pid()")
                         ->integer(0, 0)
                   : -1;
  };
  EXPECT_EQ(encrypted(""), 1);
  EXPECT_EQ(encrypted("sslmode=verify-full&" + ca()), 1);
  EXPECT_EQ(encrypted("sslmode=disable"), 0);
}

TEST(PostgresConnection, UntrustedCertificateIsTlsFailed) {
  const auto refused = connect("peers", "sslmode=verify-full&sslrootcert=/etc/hostname");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::tls_failed);
}

TEST(PostgresConnection, WrongPasswordAndUnknownNames) {
  auto admin = connect("peers", "");
  ASSERT_TRUE(admin) << admin.error().what();
  ASSERT_TRUE((*admin)->execute("DROP ROLE IF EXISTS locked; CREATE ROLE locked LOGIN PASSWORD 'r1ght'"));
  EXPECT_TRUE(connect("locked:r1ght", ""));
  for (const char* user : {"locked:wr0ng", "locked", "nobody-knows"}) {
    const auto refused = connect(user, "");
    ASSERT_FALSE(refused) << user;
    EXPECT_EQ(refused.error().code(), ErrorCode::unauthorized) << refused.error().what();
    EXPECT_THAT(refused.error().what(), Not(HasSubstr("wr0ng")));
  }
  const auto missing = connect("peers", "dbname=nowhere");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::bad_config) << missing.error().what();
}

TEST(PostgresConnection, OfSeveralHostsThePrimaryIsTaken) {
  const std::string address = boltseal::database_servers::environment("POSTGRES_ADDR");
  auto session = db::connect_postgres(
      {.conninfo = "postgres://peers@127.0.0.1:1," + address + "/postgres?sslmode=disable"});
  EXPECT_TRUE(session) << session.error().what();
  // A server that takes no writes will not do, unless it was asked for.
  const std::string reader = "options=-cdefault_transaction_read_only%3Don&sslmode=disable";
  session =
      db::connect_postgres({.conninfo = "postgres://peers@127.0.0.1:1," + address + "/postgres?" + reader});
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code(), ErrorCode::unreachable);
  session = db::connect_postgres({.conninfo = "postgres://peers@127.0.0.1:1," + address + "/postgres?" +
                                              reader + "&target_session_attrs=any"});
  ASSERT_TRUE(session) << session.error().what();
  // As after a fail-over: the session is thrown away.
  const auto refused = (*session)->execute("CREATE TABLE t(id integer)");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::unreachable);
  EXPECT_FALSE((*session)->usable());
}

TEST(PostgresErrors, ComeFromTheServerAsCodes) {
  const auto session = *connect("peers", "");
  const std::pair<const char*, ErrorCode> cases[] = {{"53100", ErrorCode::disk_full},
                                                     {"40001", ErrorCode::conflict},
                                                     {"40P01", ErrorCode::conflict},
                                                     {"55P03", ErrorCode::locked},
                                                     {"XX000", ErrorCode::storage_failed}};
  for (const auto& [state, code] : cases) {
    const auto refused = session->execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE='" +
                                          std::string(state) + "'; END $$");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), code) << state;
    EXPECT_TRUE(session->usable());
  }
}

TEST(PostgresLocks, HeldTooLongIsLocked) {
  const auto fresh = boltseal::database_servers::postgres_server().fresh(false, 400ms);
  const auto holder = *fresh(), waiter = *fresh();
  ASSERT_TRUE(holder->run("SELECT pg_advisory_lock(1)"));
  const auto refused = waiter->run("SELECT pg_advisory_lock(1)");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::locked);
  EXPECT_TRUE(waiter->usable());
}

TEST(PostgresCommit, OfAFailedTransactionIsNoSuccess) {
  const auto session = *connect("peers", "");
  auto transaction = db::Transaction::begin(*session);
  ASSERT_FALSE(session->run("SELECT 1 FROM nowhere"));
  EXPECT_FALSE(transaction->commit());
}

// Bug 9: a notary-server takes no lock; who meets its half-done publish waits for it and gets conflict.
TEST(PostgresStorage, RaceWithANotaryServerIsConflict) {
  using namespace conformance;
  const auto fresh = boltseal::database_servers::postgres_server().fresh(true, 20s);
  auto storage = *make_sql_storage({.connect = fresh, .pool = {}});
  const auto notary = *fresh(), watcher = *fresh();
  ASSERT_TRUE(
      notary->execute("BEGIN; INSERT INTO tuf_files(gun,role,version,data,sha256) VALUES('a/b','snapshot',1,"
                      "'x',repeat('0',64))"));
  Result<void> published;
  std::thread publisher([&] { published = storage->publish(whole(gun("a/b"), 1)); });
  while (watcher->run("SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND locktype='transactionid'")
             ->integer(0, 0) == 0) {
    std::this_thread::yield();
  }
  ASSERT_TRUE(notary->execute("COMMIT"));
  publisher.join();
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code(), ErrorCode::conflict);
  EXPECT_THAT(published.error().what(), HasSubstr("version 1 of snapshot"));
  EXPECT_FALSE(*storage->latest(gun("a/b"), Form::notary, role("root"))) << "half of a publish was stored";
}

// Bug 11: every GET of a current file cost three queries.
TEST(PostgresStorage, CurrentIsOneIndexedStatement) {
  const auto fresh = boltseal::database_servers::postgres_server().fresh(true, 20s);
  ASSERT_TRUE(make_sql_storage({.connect = fresh, .pool = {}}));
  const auto session = *fresh();
  // A table this small would be read whole.
  ASSERT_TRUE(session->execute("SET enable_seqscan=off; SET enable_bitmapscan=off"));
  const sql::Statements statements(sql::postgres_dialect());
  for (const Form form : {Form::notary, Form::tuf1}) {
    const std::string_view gun = "a/b", role = "targets";
    const auto plan =
        session->run("EXPLAIN " + statements.of(form).newest_three.text(), {gun, gun, gun, role});
    ASSERT_TRUE(plan) << plan.error().what();
    std::string text;
    for (std::size_t row = 0; row < plan->size(); ++row) text += std::string(plan->text(row, 0)) + "\n";
    EXPECT_THAT(text, HasSubstr("Index Scan Backward")) << text;
    EXPECT_THAT(text, Not(HasSubstr("Sort"))) << text;
    EXPECT_THAT(text, Not(HasSubstr("Seq Scan"))) << text;
  }
}

TEST(PostgresStorage, AlteredTableIsReadByANewSession) {
  using namespace conformance;
  const auto fresh = boltseal::database_servers::postgres_server().fresh(true, 20s);
  auto storage = *make_sql_storage({.connect = fresh, .pool = {}});
  ASSERT_TRUE(storage->publish(whole(gun("a/b"), 1)));
  ASSERT_TRUE(*storage->latest(gun("a/b"), Form::notary, role("root")));
  ASSERT_TRUE((*fresh())->execute("ALTER TABLE tuf_files ALTER COLUMN role TYPE text"));
  const auto again = storage->latest(gun("a/b"), Form::notary, role("root"));
  ASSERT_TRUE(again) << again.error().what();
  EXPECT_TRUE(*again);
}

TEST(PostgresStorage, DeletionRowsAreTrimmed) {
  using namespace conformance;
  const auto fresh = boltseal::database_servers::postgres_server().fresh(true, 20s);
  auto storage = *make_sql_storage({.connect = fresh, .pool = {}});
  ASSERT_TRUE(storage->publish(whole(gun("a/b"), 1)));
  ASSERT_TRUE(*storage->remove(gun("a/b"), at(1)));
  const auto session = *fresh();
  EXPECT_EQ(session->run("SELECT sha256 FROM changefeed WHERE category='deletion'")->text(0, 0),
            std::string(64, ' '));
  EXPECT_EQ(storage->changes({}, 0, 10)->back().sha256, "");
}

TEST(PostgresStorage, UserWithoutTheRightToMakeTablesMayStartLater) {
  const auto fresh = boltseal::database_servers::postgres_server().fresh(true, 20s);
  ASSERT_TRUE(make_sql_storage({.connect = fresh, .pool = {}}));
  const auto admin = *fresh();
  const std::string schema((*admin->run("SELECT current_schema()")).text(0, 0));
  ASSERT_TRUE(admin->execute("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; GRANT USAGE ON SCHEMA " +
                             schema + " TO plain; GRANT ALL ON ALL TABLES IN SCHEMA " + schema +
                             " TO plain; GRANT ALL ON ALL "
                             "SEQUENCES IN SCHEMA " +
                             schema + " TO plain"));
  const auto plain = [&] { return connect("plain", "options=-csearch_path%3D" + schema); };
  auto storage = make_sql_storage({.connect = plain, .pool = {}});
  ASSERT_TRUE(storage) << storage.error().what();
  EXPECT_TRUE((*storage)->publish(conformance::whole(conformance::gun("a/b"), 1)));
  ASSERT_TRUE(admin->execute("DROP TABLE boltseal_meta"));
  const auto refused = make_sql_storage({.connect = plain, .pool = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::storage_failed);
  EXPECT_THAT(refused.error().hint(), HasSubstr("GRANT"));
  ASSERT_TRUE(admin->execute("DROP OWNED BY plain; DROP ROLE plain"));
}

}  // namespace
}  // namespace boltseal::server
