#include "daemon/database_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boltseal::daemon {
namespace {

TEST(DatabaseSource, SecretsAreRedactedAndNothingElse) {
  struct Case {
    DatabaseKind kind;
    const char* source;
    const char* shown;
  };
  const Case cases[] = {
      {DatabaseKind::postgres, "postgres://u:pw@h:5432/d?sslmode=disable",
       "postgres://u:REDACTED@h:5432/d?sslmode=disable"},
      {DatabaseKind::postgres, "postgresql://u@h1,[::1]:2/d?password=x&sslpassword=y",
       "postgresql://u@h1,[::1]:2/d?password=REDACTED&sslpassword=REDACTED"},
      {DatabaseKind::postgres, "postgres://u:p@w@h/d", "postgres://u:REDACTED@h/d"},
      {DatabaseKind::postgres, "host=h password = 'a b\\' c' user=u", "host=h password = REDACTED user=u"},
      {DatabaseKind::postgres, "password=a\\ b host=h", "password=REDACTED host=h"},
      {DatabaseKind::mysql, "u:p@/w@tcp(h:3306)/d?parseTime=True", "u:REDACTED@tcp(h:3306)/d?parseTime=True"},
      {DatabaseKind::mysql, "u@unix(/run/m.sock)/d", "u@unix(/run/m.sock)/d"},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(check_source(c.kind, c.source)) << c.source;
    EXPECT_EQ(redacted_source(c.kind, c.source), c.shown);
    EXPECT_EQ(redacted_source(c.kind, c.shown), c.shown);
  }
}

TEST(DatabaseSource, WhatCannotBeToldApartIsRefusedAndHidden) {
  const std::pair<DatabaseKind, const char*> cases[] = {
      {DatabaseKind::postgres, ""},
      {DatabaseKind::postgres, "secret"},
      {DatabaseKind::postgres, "host=h password='secret"},
      {DatabaseKind::postgres, "host=h password='sec'ret=x"},
      {DatabaseKind::postgres, "Postgres://u:secret@h/d?x=y"},
      {DatabaseKind::postgres, "postgres://u:sec/ret@h/d"},
      {DatabaseKind::postgres, "postgres://u:sec?ret@h/d"},
      {DatabaseKind::postgres, "dbname=postgres://u:secret@h/d"},
      {DatabaseKind::mysql, "u:secret@tcp(h)"},
      {DatabaseKind::mysql, "u:secret/d"},
      {DatabaseKind::mysql, "u:sec/ret@tcp"},
  };
  for (const auto& [kind, source] : cases) {
    const auto refused = check_source(kind, source);
    ASSERT_FALSE(refused) << source;
    EXPECT_EQ(refused.error().code(), ErrorCode::bad_config);
    EXPECT_THAT(refused.error().what(), ::testing::Not(::testing::HasSubstr("sec")));
    EXPECT_EQ(redacted_source(kind, source), "REDACTED");
  }
}

TEST(DatabaseSource, GosDriverRequiresTlsUnlessTold) {
  EXPECT_EQ(conninfo_of_go("postgres://u:p@h/d", false), "postgres://u:p@h/d?sslmode=require");
  EXPECT_EQ(conninfo_of_go("postgres://u:p@h/d", true), "postgres://u:p@h/d");
  EXPECT_EQ(conninfo_of_go("postgres://h/d?sslmode=disable&binary_parameters=yes", false),
            "postgres://h/d?sslmode=disable");
  EXPECT_EQ(conninfo_of_go("host=h  binary_parameters=yes dbname=d", false),
            "host=h dbname=d sslmode=require");
}

}  // namespace
}  // namespace boltseal::daemon
