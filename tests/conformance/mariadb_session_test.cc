// What sessions to MariaDB have beyond those to all servers: settings, limits, ways to authenticate, TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/encoding.h"
#include "db/mysql.h"
#include "tests/conformance/servers.h"

namespace boltseal::db {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

using database_servers::environment;

std::string address(const std::string& login = "peers", const std::string& parameters = "") {
  return login + "@tcp(" + environment("MARIADB_ADDR") + ")/notaryserver?parseTime=True&" + parameters;
}

std::unique_ptr<Session> session(const std::string& dsn = address(),
                                 milliseconds deadline = milliseconds(10'000)) {
  auto made = connect_mysql({.dsn = dsn, .statement_timeout = deadline});
  EXPECT_TRUE(made) << made.error().what();
  return made ? std::move(*made) : nullptr;
}

Error refused(const MysqlOptions& options) {
  const auto made = connect_mysql(options);
  EXPECT_FALSE(made) << "connected";
  return made ? Error(ErrorCode::internal, "connected") : made.error();
}

/// One value of one row.
std::string one(Session& db, std::string_view sql, std::initializer_list<Value> values = {}) {
  auto rows = db.run(sql, values);
  EXPECT_TRUE(rows) << rows.error().what();
  return rows && rows->size() == 1 ? rows->take(0, 0) : "(no row)";
}

class MariadbSessions : public ::testing::Test {
 protected:
  void SetUp() override {
    db_ = session();
    ASSERT_TRUE(db_);
    ASSERT_TRUE(db_->execute(
        "DROP TABLE IF EXISTS session_test;"
        "CREATE TABLE session_test(id INT PRIMARY KEY, number BIGINT, word VARCHAR(20) CHARACTER SET utf8, "
        "fixed CHAR(64), bytes LONGBLOB, at TIMESTAMP NULL) ENGINE=InnoDB"));
  }
  void TearDown() override {
    if (db_) {
      EXPECT_TRUE(db_->execute("DROP TABLE IF EXISTS session_test"));
    }
  }
  std::unique_ptr<Session> db_;
};

constexpr std::string_view kInsert =
    "INSERT INTO session_test(id,number,word,fixed,bytes,at) VALUES(?,?,?,?,?,?)";

TEST_F(MariadbSessions, ValuesComeBackAsTheyWent) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i);
  const std::string word = "na\u00efve";
  const std::string hash(64, 'a');
  ASSERT_TRUE(
      db_->run(kInsert, {std::int64_t{1}, INT64_MIN, word, hash, Blob{bytes}, "2027-01-15 08:00:00"}));
  ASSERT_TRUE(db_->run(kInsert, {std::int64_t{2}, INT64_MAX, "", "", Blob{}, Value{}}));
  ASSERT_TRUE(db_->run(kInsert, {std::int64_t{3}, Value{}, Value{}, Value{}, Value{}, Value{}}));
  auto rows = db_->run("SELECT number,word,fixed,bytes,at,id FROM session_test ORDER BY id");
  ASSERT_TRUE(rows) << rows.error().what();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ(rows->integer(0, 0), INT64_MIN);
  EXPECT_EQ(rows->text(0, 1), word);
  EXPECT_EQ(rows->text(0, 2), hash);
  EXPECT_TRUE(rows->text(0, 3) == bytes);
  EXPECT_EQ(rows->text(0, 4), "2027-01-15 08:00:00");
  EXPECT_EQ(rows->integer(1, 0), INT64_MAX);
  for (std::size_t i : {1u, 2u, 3u}) {
    EXPECT_FALSE(rows->is_null(1, i)) << i;
    EXPECT_EQ(rows->text(1, i), "") << i;
  }
  for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(rows->is_null(2, i)) << i;
  EXPECT_EQ(rows->integer(2, 5), 3);
}

TEST_F(MariadbSessions, BlobOf64MiBWithZeros) {
  std::string bytes(64 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); i += 4099) bytes[i] = static_cast<char>(i >> 8);
  bytes.back() = '\n';
  const auto stored = db_->run(kInsert, {std::int64_t{1}, Value{}, Value{}, Value{}, Blob{bytes}, Value{}});
  ASSERT_TRUE(stored) << stored.error().what();
  auto rows = db_->run("SELECT bytes,id FROM session_test");
  ASSERT_TRUE(rows) << rows.error().what();
  EXPECT_TRUE(rows->text(0, 0) == bytes);
  EXPECT_EQ(rows->text(0, 1), "1");
}

TEST_F(MariadbSessions, BlobAboveTheServersLimitSaysWhatToRaise) {
  const std::string before = one(*db_, "SELECT @@GLOBAL.max_allowed_packet");
  ASSERT_TRUE(db_->execute("SET GLOBAL max_allowed_packet=1048576"));
  auto small = session();
  ASSERT_TRUE(db_->execute("SET GLOBAL max_allowed_packet=" + before));
  const std::string bytes(3 << 20, 'x');
  const auto stored = small->run(kInsert, {std::int64_t{1}, Value{}, Value{}, Value{}, Blob{bytes}, Value{}});
  ASSERT_FALSE(stored);
  EXPECT_FALSE(small->usable());
  if (stored.error().code() == ErrorCode::storage_failed)
    EXPECT_THAT(stored.error().hint(), HasSubstr("max_allowed_packet"));
  else  // the server hung up before its answer was read
    EXPECT_EQ(stored.error().code(), ErrorCode::unreachable) << stored.error().what();
}

TEST_F(MariadbSessions, RowsFoundAreCounted) {
  for (std::int64_t id : {1, 2, 3}) ASSERT_TRUE(db_->run("INSERT INTO session_test(id) VALUES(?)", {id}));
  EXPECT_EQ(db_->run("UPDATE session_test SET number=7 WHERE id>?", {std::int64_t{1}})->changed(), 2);
  EXPECT_EQ(db_->run("UPDATE session_test SET number=7 WHERE id>?", {std::int64_t{1}})->changed(), 2);
  EXPECT_EQ(db_->run("DELETE FROM session_test")->changed(), 3);
}

TEST_F(MariadbSessions, SettingsThatStatementsCountOn) {
  EXPECT_EQ(one(*db_, "SELECT @@SESSION.time_zone"), "+00:00");
  EXPECT_THAT(one(*db_, "SELECT @@SESSION.sql_mode"), HasSubstr("STRICT_ALL_TABLES"));
  EXPECT_EQ(one(*db_, "SELECT @@SESSION.tx_isolation"), "READ-COMMITTED");
  EXPECT_EQ(one(*db_, "SELECT @@SESSION.character_set_client"), "utf8mb4");
  EXPECT_EQ(one(*db_, "SELECT @@SESSION.max_statement_time"), "10.000000");
  EXPECT_EQ(one(*db_, "SELECT @@SESSION.innodb_lock_wait_timeout"), "5");
  const auto given = session(address("peers", "wait_timeout=777&innodb_lock_wait_timeout=3&compress=true"));
  EXPECT_EQ(one(*given, "SELECT @@SESSION.wait_timeout"), "777");
  EXPECT_EQ(one(*given, "SELECT @@SESSION.innodb_lock_wait_timeout"), "3");
  const auto longer = db_->run("INSERT INTO session_test(id,word) VALUES(1,?)", {std::string(21, 'w')});
  ASSERT_FALSE(longer) << "a name was cut";
  EXPECT_EQ(longer.error().code(), ErrorCode::storage_failed);
}

TEST_F(MariadbSessions, DuplicateIsConflictWithoutTheValue) {
  ASSERT_TRUE(db_->run("INSERT INTO session_test(id) VALUES(?)", {std::int64_t{4711}}));
  const auto again = db_->run("INSERT INTO session_test(id) VALUES(?)", {std::int64_t{4711}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
  EXPECT_THAT(again.error().what(), Not(HasSubstr("4711")));
  EXPECT_THAT(again.error().what(), HasSubstr("INSERT INTO session_test"));
  EXPECT_TRUE(db_->usable());
}

TEST_F(MariadbSessions, LockThatIsHeldIsLocked) {
  ASSERT_TRUE(db_->run("INSERT INTO session_test(id) VALUES(1)"));
  auto other = session(address("peers", "innodb_lock_wait_timeout=1"));
  auto mine = *Transaction::begin(*db_);
  ASSERT_TRUE(db_->run("UPDATE session_test SET number=1"));
  const auto waited = other->run("UPDATE session_test SET number=2");
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code(), ErrorCode::locked);
  EXPECT_TRUE(other->usable());
  ASSERT_TRUE(mine.commit());
  EXPECT_TRUE(other->run("UPDATE session_test SET number=2"));
}

TEST_F(MariadbSessions, ReadTimeoutOfTheAddressEndsTheSession) {
  // Nobody ends the statement but the reader's own deadline.
  auto deaf = session(address("peers", "readTimeout=1s&max_statement_time=0"));
  const auto slept = deaf->run("SELECT SLEEP(60)");
  ASSERT_FALSE(slept);
  EXPECT_EQ(slept.error().code(), ErrorCode::timed_out) << slept.error().what();
  EXPECT_FALSE(deaf->usable());
}

TEST_F(MariadbSessions, ServerThatClosedAnIdleConnectionIsNoticed) {
  auto idle = session(address("peers", "wait_timeout=1"));
  const std::string id = one(*idle, "SELECT CONNECTION_ID()");
  while (one(*db_, "SELECT COUNT(*) FROM information_schema.processlist WHERE id=?", {id}) != "0")
    ::usleep(50'000);
  EXPECT_FALSE(idle->usable());
}

TEST_F(MariadbSessions, ErrorsOfStatements) {
  EXPECT_EQ(db_->run("SELECT 1 FROM no_such_table").error().code(), ErrorCode::not_found);
  EXPECT_EQ(db_->run("SELEKT 1").error().code(), ErrorCode::storage_failed);
  EXPECT_EQ(db_->run("SELECT ?").error().code(), ErrorCode::internal);
  EXPECT_EQ(db_->execute("INSERT INTO session_test(id) VALUES(8); SELEKT 'hush'; DROP TABLE session_test")
                .error()
                .code(),
            ErrorCode::storage_failed);
  EXPECT_EQ(one(*db_, "SELECT id FROM session_test"), "8") << "the script went on, or did not begin";
  EXPECT_FALSE(db_->run("SELECT 1; DROP TABLE session_test")) << "several statements where one was meant";
  EXPECT_TRUE(db_->usable());
}

TEST_F(MariadbSessions, StatementsArePreparedOnceAndSurviveAnotherSchema) {
  const auto prepared = [&] {
    return db_->run("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'")->integer(0, 1);
  };
  prepared();
  const auto before = prepared();
  constexpr std::string_view kSelect = "SELECT word FROM session_test WHERE id=?";
  for (std::int64_t i = 0; i < 20; ++i) ASSERT_TRUE(db_->run(kSelect, {i}));
  EXPECT_EQ(prepared(), before + 1);
  ASSERT_TRUE(
      db_->execute("ALTER TABLE session_test ADD more INT, MODIFY word VARCHAR(30) COLLATE utf8_bin;"
                   "INSERT INTO session_test(id,word) VALUES(1,'a word of 25 characters..')"));
  auto rows = db_->run(kSelect, {std::int64_t{1}});
  ASSERT_TRUE(rows) << rows.error().what();
  EXPECT_EQ(rows->text(0, 0), "a word of 25 characters..");
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(db_->run("SELECT " + std::to_string(i)));
}

TEST(MariadbConnect, ErrorsByCodeAndWithoutThePassword) {
  const auto wrong = refused({.dsn = address("locked:not-the-password")});
  EXPECT_EQ(wrong.code(), ErrorCode::unauthorized);
  EXPECT_THAT(wrong.what() + wrong.hint(), Not(HasSubstr("not-the-password")));
  EXPECT_TRUE(session(address("locked:locked-pw")));
  EXPECT_EQ(refused({.dsn = "peers@tcp(" + environment("MARIADB_ADDR") + ")/no_such_database"}).code(),
            ErrorCode::bad_config);
  EXPECT_EQ(refused({.dsn = address("peers", "wsrep_sync_wait=1&loc=Local")}).code(), ErrorCode::bad_config);
  EXPECT_EQ(refused({.dsn = "peers@tcp(127.0.0.1:1)/d"}).code(), ErrorCode::unreachable);
  EXPECT_EQ(refused({.dsn = "peers@tcp(no-such-host.invalid)/d"}).code(), ErrorCode::unreachable);
  EXPECT_EQ(refused({.dsn = "peers@unix(/nonexistent/sock)/d"}).code(), ErrorCode::unreachable);
}

TEST(MariadbConnect, WaysToAuthenticateAreThoseOfTheAddress) {
  // The account proves itself by mysql_native_password, which the address forbids.
  const auto other = refused({.dsn = address("locked:locked-pw", "allowNativePasswords=false")});
  EXPECT_EQ(other.code(), ErrorCode::unauthorized) << other.what();
}

TEST(MariadbConnect, BySocket) {
  const auto db = session("peers@unix(" + environment("MARIADB_SOCKET") + ")/notaryserver");
  EXPECT_EQ(one(*db, "SELECT DATABASE()"), "notaryserver");
}

TEST(MariadbConnect, ServerThatSaysNothingTimesOut) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&where), size), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size), 0);
  const std::string dsn = "peers@tcp(127.0.0.1:" + std::to_string(ntohs(where.sin_port)) + ")/d";
  EXPECT_EQ(refused({.dsn = dsn, .connect_timeout = milliseconds(1000)}).code(), ErrorCode::timed_out);
  EXPECT_EQ(refused({.dsn = dsn + "?timeout=1s", .connect_timeout = milliseconds(60'000)}).code(),
            ErrorCode::timed_out);
  ::close(listener);
}

TEST(MariadbConnect, TlsAsAsked) {
  const std::string ca = percent_encode(environment("CA_FILE"));
  const auto cipher = [](const std::string& parameters) {
    const auto db = session(address("peers", parameters));
    return db ? std::string(db->run("SHOW SESSION STATUS LIKE 'Ssl_cipher'")->text(0, 1)) : "(none)";
  };
  EXPECT_EQ(cipher("tls=false"), "");
  EXPECT_NE(cipher("tls=skip-verify"), "");
  EXPECT_NE(cipher("tls=preferred"), "");
  EXPECT_NE(cipher("tls=custom&tls-ca=" + ca), "");
  const auto unknown = refused({.dsn = address("peers", "tls=true")});
  EXPECT_EQ(unknown.code(), ErrorCode::tls_failed) << unknown.what();
  const auto missing = refused({.dsn = address("peers", "tls=custom&tls-ca=%2Fnonexistent.pem")});
  EXPECT_EQ(missing.code(), ErrorCode::tls_failed) << missing.what();
}

}  // namespace
}  // namespace boltseal::db
