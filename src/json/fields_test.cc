#include "json/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/reader.h"

namespace boltseal::json {
namespace {

using testing::HasSubstr;

Document read(std::string text, ReadLimits limits = {}) { return *Document::parse(std::move(text), limits); }

TEST(Fields, ReadsEveryType) {
  const Document d = read(R"({"s":"x","i":3,"b":true,"o":{},"a":[1],"n":null,"u":1,"v":2})");
  const auto f = Fields::of(d.root(), {"s", "i", "b", "o", "a", "n", "gone"}, "signed");
  ASSERT_TRUE(f) << f.error().what();
  EXPECT_EQ(*f->string("s"), "x");
  EXPECT_EQ(*f->integer("i"), 3);
  EXPECT_EQ(*f->integer("i", 3, 3), 3);
  EXPECT_TRUE(*f->boolean("b"));
  EXPECT_TRUE((*f->object("o"))->is_object());
  EXPECT_EQ(f->array("a")->size(), 1u);
  EXPECT_TRUE((*f->any("n"))->is_null());
  EXPECT_EQ(*f->optional_string("gone"), std::nullopt);
  EXPECT_EQ(*f->optional_string("s"), "x");
  EXPECT_EQ(*f->optional_integer("gone"), std::nullopt);
  EXPECT_EQ(*f->optional_integer("i"), 3);
  EXPECT_EQ(*f->optional_boolean("gone"), std::nullopt);
  EXPECT_EQ(*f->optional_boolean("b"), true);
  EXPECT_EQ(*f->optional_object("gone"), nullptr);
  EXPECT_NE(*f->optional_object("o"), nullptr);
  EXPECT_EQ(*f->optional_array("gone"), nullptr);
  EXPECT_NE(*f->optional_array("a"), nullptr);
  ASSERT_EQ(f->unknown().size(), 2u);
  EXPECT_EQ(f->unknown()[0]->name, "u");
  EXPECT_EQ(f->no_unknown().error().what(), "signed.u is not known");
}

TEST(Fields, SaysWhatIsWrongAndWhere) {
  const Document d =
      read(R"({"s":1,"i":"1","b":1,"o":[],"a":{},"n":null,"f":1.0})", {.integral_floats = true});
  const auto f = Fields::of(d.root(), {"s", "i", "b", "o", "a", "n", "f"}, "signed.roles");
  ASSERT_TRUE(f);
  EXPECT_EQ(f->string("s").error().what(), "signed.roles.s must be a string, not integer");
  EXPECT_EQ(f->string("s").error().code(), ErrorCode::bad_format);
  EXPECT_EQ(f->integer("i").error().what(), "signed.roles.i must be an integer, not string");
  EXPECT_EQ(f->integer("f").error().what(), "signed.roles.f must be an integer, not number");
  EXPECT_EQ(f->integer("b", 2, 5).error().what(), "signed.roles.b is 1, less than 2");
  EXPECT_EQ(f->integer("b", -5, 0).error().what(), "signed.roles.b is 1, more than 0");
  EXPECT_EQ(f->boolean("b").error().what(), "signed.roles.b must be true or false, not integer");
  EXPECT_EQ(f->object("o").error().what(), "signed.roles.o must be an object, not array");
  EXPECT_EQ(f->array("a").error().what(), "signed.roles.a must be an array, not object");
  EXPECT_EQ(f->string("gone").error().what(), "signed.roles.gone is missing");
  EXPECT_EQ(f->any("gone").error().what(), "signed.roles.gone is missing");
  // null is never absence (CVE-2026-23991).
  EXPECT_FALSE(f->optional_string("n"));
  EXPECT_FALSE(f->optional_object("n"));
  EXPECT_FALSE(f->optional_array("n"));
  EXPECT_FALSE(f->optional_integer("n"));
  EXPECT_FALSE(f->optional_boolean("n"));
}

TEST(Fields, NeedsAnObject) {
  for (const char* text : {"null", "[]", "\"x\"", "1"}) {
    const Document d = read(text);
    EXPECT_EQ(Fields::of(d.root(), {"a"}, "").error().code(), ErrorCode::bad_format) << text;
  }
  const Document d = read("[]");
  EXPECT_EQ(Fields::of(d.root(), {"a"}, "").error().what(), "the document must be an object, not array");
}

TEST(Fields, RefusesKnownNamesInTwoLetterCases) {
  for (const char* text : {R"({"expires":1,"Expires":2})", R"({"EXPIRES":1,"x":0,"Expires":2})",
                           "{\"expires\":1,\"expire\xC5\xBF\":2}",
                           "{\"keys\":1,\"\xE2\x84\xAA"
                           "eys\":2}"}) {
    const Document d = read(text);
    const auto f = Fields::of(d.root(), {"expires", "keys"}, "signed");
    ASSERT_FALSE(f) << text;
    EXPECT_THAT(f.error().what(), HasSubstr("letter case"));
  }
}

TEST(Fields, LeavesUnknownNamesAlone) {
  const Document d = read(R"({"v1":1,"V1":2,"expires":3,"EXPIRE":4})");
  const auto f = Fields::of(d.root(), {"expires"}, "");
  ASSERT_TRUE(f);
  EXPECT_EQ(f->unknown().size(), 3u);
  EXPECT_EQ(f->path_of("expires"), "expires");
}

TEST(Fields, RefusesAKnownNameInAnotherLetterCaseAlone) {
  for (const char* text : {R"({"Expires":3})", R"({"x":1,"EXPIRES":3})", "{\"expire\xC5\xBF\":3}"}) {
    const Document d = read(text);
    const auto f = Fields::of(d.root(), {"expires"}, "signed");
    ASSERT_FALSE(f) << text;
    EXPECT_EQ(f.error().code(), ErrorCode::bad_format);
    EXPECT_THAT(f.error().what(), HasSubstr("signed.expires stands there in another letter case"));
  }
}

TEST(Fields, PathsAreEscaped) {
  const Document d = read("{}");
  const auto f = Fields::of(d.root(), {}, "roles.\x1b[2J");
  EXPECT_THAT(f->string("x").error().what(), HasSubstr("roles.\\x1b[2J.x is missing"));
}

TEST(Fields, ListsOfStrings) {
  const Document d = read(R"([["a","b"],["a",1]])");
  EXPECT_EQ(strings(d.root().items()[0].items(), "keyids")->size(), 2u);
  EXPECT_EQ(strings(d.root().items()[1].items(), "keyids").error().what(),
            "keyids[1] must be a string, not integer");
}

}  // namespace
}  // namespace boltseal::json
