#include "db/mysql_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boltseal::db {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MysqlError, NumbersAreOurCodes) {
  const std::pair<unsigned, ErrorCode> cases[] = {
      {1062, ErrorCode::conflict},       {1213, ErrorCode::conflict},    {1205, ErrorCode::locked},
      {1021, ErrorCode::disk_full},      {1114, ErrorCode::disk_full},   {1044, ErrorCode::unauthorized},
      {1045, ErrorCode::unauthorized},   {1146, ErrorCode::not_found},   {2002, ErrorCode::unreachable},
      {2003, ErrorCode::unreachable},    {2006, ErrorCode::unreachable}, {2013, ErrorCode::unreachable},
      {1053, ErrorCode::unreachable},    {1927, ErrorCode::unreachable}, {3024, ErrorCode::timed_out},
      {1969, ErrorCode::timed_out},      {2026, ErrorCode::tls_failed},  {1153, ErrorCode::storage_failed},
      {1366, ErrorCode::storage_failed}, {0, ErrorCode::storage_failed}, {65000, ErrorCode::storage_failed}};
  for (const auto& [number, code] : cases) {
    const Error error = mysql_error(number, "", "SELECT 1");
    EXPECT_EQ(error.code(), code) << number;
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(number)));
  }
}

TEST(MysqlError, SessionsEndWithTheConnectionOnly) {
  for (const unsigned number : {1053u, 1153u, 1927u, 2006u, 2013u, 2014u, 2026u, 1290u})
    EXPECT_TRUE(mysql_ends_session(number)) << number;
  for (const unsigned number : {1062u, 1146u, 1205u, 1213u, 1366u, 1969u, 65000u})
    EXPECT_FALSE(mysql_ends_session(number)) << number;
}

TEST(MysqlError, ValuesInMessagesAreNotShown) {
  for (const unsigned number : {1062u, 1064u, 1292u, 1366u, 1406u, 65000u}) {
    EXPECT_THAT(mysql_error(number, "Duplicate entry 's3cret'", "INSERT INTO t").what(),
                Not(HasSubstr("s3cret")));
  }
  EXPECT_THAT(mysql_error(1146, "Table 'd.t\x1b' doesn't exist", "SELECT\n1").what(),
              HasSubstr("Table 'd.t\\x1b' doesn't exist in \"SELECT 1\""));
}

TEST(MysqlError, ConnectingLateIsTimedOut) {
  EXPECT_EQ(mysql_connect_error(2013, "lost", "db:3306", true).code(), ErrorCode::timed_out);
  EXPECT_EQ(mysql_connect_error(2013, "lost", "db:3306", false).code(), ErrorCode::unreachable);
  EXPECT_EQ(mysql_connect_error(1045, "denied", "db:3306", true).code(), ErrorCode::unauthorized);
  EXPECT_THAT(mysql_connect_error(1045, "denied", "db:3306", false).what(), HasSubstr("db:3306"));
}

}  // namespace
}  // namespace boltseal::db
