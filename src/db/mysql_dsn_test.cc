#include "db/mysql_dsn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/go_duration.h"

namespace boltseal::db {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MysqlDsn, ReadsWhatNotaryWrites) {
  const auto dsn = parse_mysql_dsn("server:pa:ss@word@tcp(mysql:3307)/notaryserver?parseTime=True");
  ASSERT_TRUE(dsn) << dsn.error().what();
  EXPECT_EQ(dsn->user, "server");
  EXPECT_EQ(dsn->password, "pa:ss@word");
  EXPECT_EQ(dsn->host, "mysql");
  EXPECT_EQ(dsn->port, 3307);
  EXPECT_EQ(dsn->database, "notaryserver");
  EXPECT_EQ(dsn->tls, MysqlDsn::Tls::off);
  EXPECT_TRUE(dsn->socket.empty());
}

TEST(MysqlDsn, AddressesInEveryForm) {
  struct Case {
    const char* text;
    const char* host;
    int port;
    const char* socket;
  };
  const Case cases[] = {
      {"u@/d", "127.0.0.1", 3306, ""},
      {"u@tcp/d", "127.0.0.1", 3306, ""},
      {"u@tcp(db.example)/d", "db.example", 3306, ""},
      {"u@(db:1)/d", "db", 1, ""},
      {"u@tcp([::1]:3310)/d", "::1", 3310, ""},
      {"u@tcp([fe80::1%eth0])/d", "fe80::1%eth0", 3306, ""},
      {"u@unix(/run/mysqld/mysqld.sock)/d", "", 3306, "/run/mysqld/mysqld.sock"},
      {"u@unix/d", "", 3306, "/tmp/mysql.sock"},
  };
  for (const Case& c : cases) {
    const auto dsn = parse_mysql_dsn(c.text);
    ASSERT_TRUE(dsn) << c.text << ": " << dsn.error().what();
    EXPECT_EQ(dsn->host, c.host) << c.text;
    EXPECT_EQ(dsn->port, c.port) << c.text;
    EXPECT_EQ(dsn->socket, c.socket) << c.text;
  }
}

TEST(MysqlDsn, EscapesWhereTheDriverHasThem) {
  const auto dsn =
      parse_mysql_dsn("u%41:p%2F/w@tcp(h)/my%2Fdb?tls=%74rue&&time_zone=%27%2B00%3A00%27&loc=UTC");
  ASSERT_TRUE(dsn) << dsn.error().what();
  EXPECT_EQ(dsn->user, "u%41") << "users and passwords are taken as they stand";
  EXPECT_EQ(dsn->password, "p%2F/w");
  EXPECT_EQ(dsn->database, "my/db");
  EXPECT_EQ(dsn->tls, MysqlDsn::Tls::verified);
}

TEST(MysqlDsn, ParametersThatMatter) {
  const auto dsn = parse_mysql_dsn(
      "u@tcp(h)/d?timeout=90s&readTimeout=1m30s&writeTimeout=0.5s&tls=custom&tls-ca=%2Fetc%2Fca.pem&"
      "tls-cert=c&tls-key=k&allowNativePasswords=false&allowCleartextPasswords=true&compress=1&"
      "wait_timeout=600&charset=latin1,utf8&collation=utf8mb4_general_ci&tx_isolation=%27READ-COMMITTED%27");
  ASSERT_TRUE(dsn) << dsn.error().what();
  EXPECT_EQ(dsn->timeout, milliseconds(90'000));
  EXPECT_EQ(dsn->read_timeout, milliseconds(90'000));
  EXPECT_EQ(dsn->write_timeout, milliseconds(500));
  EXPECT_EQ(dsn->tls, MysqlDsn::Tls::verified);
  EXPECT_EQ(dsn->tls_ca, "/etc/ca.pem");
  EXPECT_EQ(dsn->tls_cert, "c");
  EXPECT_EQ(dsn->tls_key, "k");
  EXPECT_FALSE(dsn->native_password);
  EXPECT_TRUE(dsn->cleartext_password);
  EXPECT_TRUE(dsn->compress);
  ASSERT_EQ(dsn->settings.size(), 1u);
  EXPECT_EQ(dsn->settings[0], (std::pair<std::string, std::string>("wait_timeout", "600")));
  for (const char* mode : {"skip-verify", "preferred", "false"}) {
    EXPECT_TRUE(parse_mysql_dsn(std::string("u@tcp(h)/d?tls=") + mode)) << mode;
  }
}

TEST(MysqlDsn, RefusesWithAReasonAndWithoutThePassword) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no '/'"},
      {"u:hush@tcp(h)", "no '/'"},
      {"u:hu/hush@tcp(h:1)", "no '/'"},
      {"u:hush@tcp(h)/", "names no database"},
      {":hush@tcp(h)/d", "names no user"},
      {"tcp(h)/hush", "names no user"},
      {"u:hush@udp(h)/d", "neither tcp"},
      {"u:hush@tcp(h/d", "'(' without ')'"},
      {"u:hush@tcp(::1)/d", "port"},
      {"u:hush@tcp([::1)/d", "'[' without ']'"},
      {"u:hush@tcp([::1]x)/d", "after ']'"},
      {"u:hush@tcp(h:0)/d", "port"},
      {"u:hush@tcp(h:65536)/d", "port"},
      {"u:hush@tcp(h:)/d", "port"},
      {"u:hush@tcp(a,b)/d", "host"},
      {"u:hush@tcp(host=h;user=x)/d", "host"},
      {"u:hush@unix(mysqld.sock)/d", "absolute"},
      {"u:hush@tcp(h)/d%zz", "hex digits"},
      {"u:hush@tcp(h)/d%00", "control"},
      {"u:hush@tcp(h)/d\n", "control"},
      {"u:hush@tcp(h)/d?hush=1", "not known"},
      {"u:hush@tcp(h)/d?parseTime", "no value"},
      {"u:hush@tcp(h)/d?parseTime=hush", "neither true nor false"},
      {"u:hush@tcp(h)/d?timeout=1s&timeout=2s", "twice"},
      {"u:hush@tcp(h)/d?timeout=10", "duration"},
      {"u:hush@tcp(h)/d?readTimeout=-1s", "duration"},
      {"u:hush@tcp(h)/d?tls=corporate", "registered"},
      {"u:hush@tcp(h)/d?tls-ca=x", "without tls=custom"},
      {"u:hush@tcp(h)/d?tls=custom&tls-cert=x", "only one"},
      {"u:hush@tcp(h)/d?loc=Local", "UTC"},
      {"u:hush@tcp(h)/d?time_zone=%27SYSTEM%27", "UTC"},
      {"u:hush@tcp(h)/d?charset=latin1", "utf8mb4"},
      {"u:hush@tcp(h)/d?collation=latin1_bin", "UTF-8"},
      {"u:hush@tcp(h)/d?sql_mode=ANSI", "sets sql_mode"},
      {"u:hush@tcp(h)/d?tx_isolation=%27SERIALIZABLE%27", "READ-COMMITTED"},
      {"u:hush@tcp(h)/d?wait_timeout=1;DROP", "no number"},
      {"u:hush@tcp(h)/d?allowOldPasswords=true", "broken"},
      {"u:hush@tcp(h)/d?allowCleartextPasswords=true&tls=skip-verify", "unprotected"},
      {"u:hush@tcp(h)/d?serverPubKey=x", "serverPubKey"},
      {"u:hush@tcp(h)/d?allowFallbackToPlaintext=true", "tls=preferred"},
  };
  for (const auto& [text, reason] : cases) {
    const auto dsn = parse_mysql_dsn(text);
    ASSERT_FALSE(dsn) << text;
    EXPECT_EQ(dsn.error().code(), ErrorCode::bad_config) << text;
    const std::string shown = dsn.error().what() + " " + dsn.error().hint();
    EXPECT_THAT(shown, HasSubstr(reason)) << text;
    EXPECT_THAT(shown, Not(HasSubstr("hush"))) << text;
  }
  EXPECT_FALSE(parse_mysql_dsn("u@tcp(h)/" + std::string(5000, 'd')));
}

TEST(GoDuration, AsGo) {
  EXPECT_EQ(parse_go_duration("1h2m3.5s"), milliseconds(3'723'500));
  EXPECT_EQ(parse_go_duration("1us"), milliseconds(1)) << "rounded up: 0 would mean no limit";
  EXPECT_EQ(parse_go_duration(".5s"), milliseconds(500));
  EXPECT_EQ(parse_go_duration("1500000\u00b5s"), milliseconds(1500));
  EXPECT_EQ(parse_go_duration("0"), milliseconds(0));
  EXPECT_EQ(parse_go_duration("+24h"), milliseconds(86'400'000));
  for (const char* bad :
       {"", "1", "s", ".s", "1.2.3s", "1x", "1 s", "-1s", "25h", "1e3s", "99999999999999999999h"}) {
    EXPECT_FALSE(parse_go_duration(bad)) << bad;
  }
}

}  // namespace
}  // namespace boltseal::db
