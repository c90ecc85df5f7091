// What needs no server; the rest stands in tests/conformance.
#include "db/postgres.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "db/pool.h"
#include "db/postgres_errors.h"

namespace boltseal::db {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// A port of 127.0.0.1 that takes connections and never says a word; or, not listening, refuses them.
class MutePort {
 public:
  explicit MutePort(bool listening) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, generic, size), 0);
    EXPECT_TRUE(!listening || ::listen(socket_, 8) == 0);
    EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  ~MutePort() { ::close(socket_); }
  MutePort(const MutePort&) = delete;
  MutePort& operator=(const MutePort&) = delete;
  const std::string& port() const { return port_; }

 private:
  int socket_;
  std::string port_;
};

Error failure(const std::string& conninfo) {
  auto opened = connect_postgres({.conninfo = conninfo, .connect_timeout = 200ms});
  EXPECT_FALSE(opened) << conninfo;
  return opened ? Error(ErrorCode::internal, "connected") : opened.error();
}

TEST(PostgresConnect, WhatCannotBeReadIsBadConfigAndNotQuoted) {
  for (const char* text :
       {"", "s3cret", "postgres://u:s3c@ret@127.0.0.1/db", "postgres://u:s3cret/x@127.0.0.1/db",
        "postgres://u:77/s3cret@127.0.0.1/db", "postgres://u:p@127.0.0.1/db?s3cret=1",
        "postgres://u:s3cret@127.0.0.1:port/db", "host=127.0.0.1 port=70000 password=s3cret",
        "host=a,,b password=s3cret", "postgres://u:p%zzs3cret@127.0.0.1/db"}) {
    const Error error = failure(text);
    EXPECT_EQ(error.code(), ErrorCode::bad_config) << text;
    EXPECT_THAT(error.what() + error.hint(), Not(HasSubstr("ret"))) << text;
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(PostgresConnect, NobodyThereIsUnreachable) {
  const MutePort closed(false);
  const Error error = failure("postgres://u:s3cret@127.0.0.1:" + closed.port() + "/db?sslmode=disable");
  EXPECT_EQ(error.code(), ErrorCode::unreachable);
  EXPECT_THAT(error.what(), HasSubstr(closed.port()));
  EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
}

TEST(PostgresConnect, SilentServerIsTimedOut) {
  const MutePort mute(true);
  EXPECT_EQ(failure("host=127.0.0.1 sslmode=disable port=" + mute.port()).code(), ErrorCode::timed_out);
}

TEST(PostgresConnect, EachOfSeveralHostsIsAsked) {
  const MutePort mute(true), closed(false);
  // The refused one comes last; its answer shows that the silent one did not use up all the time.
  const Error error =
      failure("host=127.0.0.1,127.0.0.1 sslmode=disable port=" + mute.port() + "," + closed.port());
  EXPECT_THAT(error.what(), HasSubstr(closed.port()));
}

TEST(PostgresErrors, SqlstatesAreCodes) {
  const std::pair<const char*, ErrorCode> cases[] = {
      {"23505", ErrorCode::conflict},       {"40001", ErrorCode::conflict},
      {"40P01", ErrorCode::conflict},       {"53100", ErrorCode::disk_full},
      {"55P03", ErrorCode::locked},         {"57014", ErrorCode::timed_out},
      {"42P01", ErrorCode::not_found},      {"28P01", ErrorCode::unauthorized},
      {"57P01", ErrorCode::unreachable},    {"57P03", ErrorCode::unreachable},
      {"08006", ErrorCode::unreachable},    {"25006", ErrorCode::unreachable},
      {"23503", ErrorCode::storage_failed}, {"22021", ErrorCode::storage_failed},
      {"", ErrorCode::storage_failed}};
  for (const auto& [state, code] : cases) EXPECT_EQ(code_of_sqlstate(state), code) << state;
}

TEST(PostgresErrors, ValuesInMessagesAreLeftOut) {
  const Error error =
      statement_error("22P02", "invalid input syntax for type integer: \"s3cret\"", "SELECT 1");
  EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(error.what(), HasSubstr("22P02"));
}

TEST(PostgresErrors, ConnectionsThatFailAreToldApart) {
  const std::pair<const char*, ErrorCode> cases[] = {
      {R"(connection to server at "h", port 1 failed: FATAL:  password authentication failed for user "u")",
       ErrorCode::unauthorized},
      {R"(connection to server at "h", port 1 failed: FATAL:  no pg_hba.conf entry for host "::1", user "u", SSL off)",
       ErrorCode::unauthorized},
      {R"(connection to server at "h", port 1 failed: FATAL:  role "u" does not exist)",
       ErrorCode::unauthorized},
      {R"(connection to server at "h", port 1 failed: FATAL:  database "d" does not exist)",
       ErrorCode::bad_config},
      {R"(connection to server at "h", port 1 failed: SSL error: certificate verify failed)",
       ErrorCode::tls_failed},
      {R"(connection to server at "h", port 1 failed: server does not support SSL, but SSL was required)",
       ErrorCode::tls_failed},
      {R"(connection to server at "SSL.certificate", port 1 failed: Connection refused)",
       ErrorCode::unreachable},
      {R"(could not translate host name "h" to address: Name or service not known)", ErrorCode::unreachable}};
  for (const auto& [message, code] : cases) EXPECT_EQ(connect_error(message, false).code(), code) << message;
  EXPECT_EQ(connect_error("fe_sendauth", true).code(), ErrorCode::unauthorized);
}

/// A session that needs no server.
class FakeSession final : public Session {
 public:
  FakeSession(int number, const bool& alive) : number_(number), alive_(alive) {}
  using Session::run;
  Dialect dialect() const override { return Dialect::postgres; }
  Result<Rows> run(std::string_view, std::span<const Value>) override {
    return Rows({{Rows::Cell(std::to_string(number_))}}, 0);
  }
  Result<void> execute(const std::string&) override { return {}; }
  bool usable() const override { return alive_; }

 private:
  int number_;
  const bool& alive_;
};

TEST(SqlPool, KeepsUsableSessionsAndReplacesOthers) {
  bool alive = true;
  int opened = 0;
  Pool pool(
      [&]() -> Result<std::unique_ptr<Session>> { return std::make_unique<FakeSession>(++opened, alive); },
      {.size = 1, .wait = 1ms});
  const auto number = [&] { return (*pool.acquire())->run("")->integer(0, 0); };
  EXPECT_EQ(number(), 1);
  EXPECT_EQ(number(), 1);
  {
    auto lease = pool.acquire();
    EXPECT_EQ(pool.acquire().error().code(), ErrorCode::locked);
    alive = false;
  }
  alive = true;
  EXPECT_EQ(number(), 2) << "a session that came back unusable";
  alive = false;
  EXPECT_EQ(number(), 3) << "a session that died while it was idle";
}

TEST(SqlPool, FailedConnectGivesItsPlaceBack) {
  Pool pool([]() -> Result<std::unique_ptr<Session>> { return fail(ErrorCode::unreachable, "no"); },
            {.size = 1, .wait = 1ms});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pool.acquire().error().code(), ErrorCode::unreachable);
}

TEST(SqlRows, NumbersThatAreNoneAreZero) {
  const Rows rows({{Rows::Cell("12"), Rows::Cell("-9223372036854775808"), Rows::Cell("1x"), Rows::Cell(""),
                    Rows::Cell(), Rows::Cell("99999999999999999999")}},
                  0);
  EXPECT_EQ(rows.integer(0, 0), 12);
  EXPECT_EQ(rows.integer(0, 1), INT64_MIN);
  for (const std::size_t column : {2U, 3U, 4U, 5U}) EXPECT_EQ(rows.integer(0, column), 0) << column;
}

}  // namespace
}  // namespace boltseal::db
