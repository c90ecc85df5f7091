#include "json/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace boltseal::json {
namespace {

using testing::HasSubstr;

Result<Document> parse(std::string text, ReadLimits limits = {}) {
  return Document::parse(std::move(text), limits);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Reader, GivesKindsAndValues) {
  const auto document =
      parse(R"( {"s":"x\"\\\n\u00e9\ud83d\ude00","i":-5,"t":true,"f":false,"n":null,"a":[1,[],{}]} )");
  ASSERT_TRUE(document) << document.error().what();
  const Value& root = document->root();
  ASSERT_EQ(root.kind(), Kind::object);
  EXPECT_EQ(root.members().size(), 6u);
  EXPECT_EQ(root.find("s")->as_string(), "x\"\\\n\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(root.find("i")->as_int(), -5);
  EXPECT_TRUE(root.find("t")->as_bool());
  EXPECT_FALSE(root.find("f")->as_bool());
  EXPECT_TRUE(root.find("n")->is_null());
  ASSERT_EQ(root.find("a")->items().size(), 3u);
  EXPECT_EQ(root.find("a")->items()[0].as_int(), 1);
  EXPECT_TRUE(root.find("a")->items()[1].is_array());
  EXPECT_TRUE(root.find("a")->items()[2].is_object());
  EXPECT_EQ(root.find("absent"), nullptr);
}

TEST(Reader, NeutralValueOfAnotherKind) {
  const auto document = parse(R"({"s":"7","i":7})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().find("s")->as_int(), 0);
  EXPECT_EQ(document->root().find("i")->as_string(), "");
  EXPECT_TRUE(document->root().find("i")->items().empty());
  EXPECT_TRUE(document->root().items().empty());
  EXPECT_EQ(document->root().find("s")->find("x"), nullptr);
}

TEST(Reader, KeepsSourceSpans) {
  const auto document =
      parse("  { \"a\" : [ 1 , {\"b\" : \"\\u0041\" } ]  ,\n \"c\":tru\x65 ,\"d\": { } }  \n");
  ASSERT_TRUE(document) << document.error().what();
  const Value& root = document->root();
  EXPECT_EQ(root.source(), "{ \"a\" : [ 1 , {\"b\" : \"\\u0041\" } ]  ,\n \"c\":true ,\"d\": { } }");
  EXPECT_EQ(root.find("a")->source(), "[ 1 , {\"b\" : \"\\u0041\" } ]");
  EXPECT_EQ(root.find("a")->items()[0].source(), "1");
  EXPECT_EQ(root.find("a")->items()[1].source(), "{\"b\" : \"\\u0041\" }");
  EXPECT_EQ(root.find("a")->items()[1].find("b")->source(), "\"\\u0041\"");
  EXPECT_EQ(root.find("c")->source(), "true");
  EXPECT_EQ(root.find("d")->source(), "{ }");
}

TEST(Reader, ScalarsMayBeTheRoot) {
  EXPECT_EQ(parse(" \"x\" ")->root().as_string(), "x");
  EXPECT_EQ(parse("12")->root().as_int(), 12);
  EXPECT_TRUE(parse("null")->root().is_null());
  EXPECT_TRUE(parse("\ttrue\n")->root().as_bool());
}

TEST(Reader, FindsInSortedAndUnsortedObjects) {
  std::string text = "{";
  for (int i = 99; i >= 0; --i)
    text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + (i == 0 ? "}" : ",");
  const auto document = parse(text);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().sorted_order().size(), 100u);
  EXPECT_EQ(document->root().members()[0].name, "k99");  // order of the text
  for (int i = 0; i < 100; ++i) EXPECT_EQ(document->root().find("k" + std::to_string(i))->as_int(), i);
  EXPECT_TRUE(parse(R"({"a":1,"b":2})")->root().sorted_order().empty());
}

TEST(Reader, KnowsWhenTheSourceIsCanonical) {
  const auto canonical = [](std::string text) {
    return parse(std::move(text))->root().source_is_canonical();
  };
  EXPECT_TRUE(canonical(R"({"a":["x",-1,null,true],"b":{},"c":"\"\\"})"));
  EXPECT_TRUE(canonical(R"({"a\"":1})"));
  EXPECT_TRUE(canonical("[]"));
  EXPECT_TRUE(canonical("{}"));
  EXPECT_FALSE(canonical("[ ]"));
  EXPECT_FALSE(canonical("[1, 2]"));
  EXPECT_FALSE(canonical(R"({"a": 1})"));
  EXPECT_FALSE(canonical(R"({"a":1 })"));
  EXPECT_FALSE(canonical(R"({"b":1,"a":2})"));
  EXPECT_FALSE(canonical(R"({"a":"\n"})"));
  EXPECT_FALSE(canonical(R"({"a":"\/"})"));
  EXPECT_FALSE(canonical(R"({"\u0061":1})"));
  EXPECT_FALSE(canonical(R"([{"b":1,"a":2}])"));
}

TEST(Reader, ADocumentMayMove) {
  auto first = parse(R"({"a":"x\ty"})");
  ASSERT_TRUE(first);
  const Value value = first->root();
  const Document second = std::move(*first);
  EXPECT_EQ(value.find("a")->as_string(), "x\ty");
  EXPECT_EQ(second.root().source(), value.source());
}

struct Refused {
  const char* name;
  std::string text;
  const char* why;
};

class ReaderRefuses : public testing::TestWithParam<Refused> {};

TEST_P(ReaderRefuses, AsBadFormat) {
  const auto document = parse(GetParam().text);
  ASSERT_FALSE(document) << GetParam().text;
  EXPECT_EQ(document.error().code(), ErrorCode::bad_format);
  EXPECT_THAT(document.error().what(), HasSubstr(GetParam().why));
}

using std::string_literals::operator""s;

// Group J of the attack matrix (TUF.md 9) and the error rows of TUF.md 4, at the level of the reader.
INSTANTIATE_TEST_SUITE_P(
    Attack, ReaderRefuses,
    testing::Values(
        Refused{"j1_duplicate", R"({"a":1,"a":2})", "\"a\" stands there twice"},
        Refused{"j1_duplicate_equal", R"({"a":1,"a":1})", "twice"},
        Refused{"j1_duplicate_apart", R"({"a":1,"b":2,"c":3,"a":2})", "twice, the second time at byte 23"},
        Refused{"j1_duplicate_nested", R"({"signed":{"custom":{"x":{"y":0,"y":1}}}})", "twice"},
        Refused{"j1_duplicate_in_array", R"({"signatures":[{"sig":"1","sig":"2"}]})", "twice"},
        Refused{"j1_duplicate_after_unescape", R"({"a":1,"\u0061":2})", "twice"},
        Refused{"j1_duplicate_empty", R"({"":1,"":2})", "twice"},
        Refused{"j2_float", "[1.5]", "only integers"}, Refused{"j2_integral_float", "[1.0]", "only integers"},
        Refused{"j2_exponent", "[1e2]", "only integers"},
        Refused{"j2_exponent_huge", "[1E400]", "only integers"}, Refused{"j2_minus_zero", "[-0]", "-0"},
        Refused{"j2_minus_zero_float", "[-0.0]", "-0"}, Refused{"j2_nan", "[NaN]", "no JSON value"},
        Refused{"j2_infinity", "[Infinity]", "no JSON value"},
        Refused{"j2_minus_infinity", "[-Infinity]", "no JSON value"},
        Refused{"j2_2_53", "[9007199254740992]", "2^53"}, Refused{"j2_2_53_1", "[9007199254740993]", "2^53"},
        Refused{"j2_minus_2_53", "[-9007199254740992]", "2^53"},
        Refused{"j2_2_64", "[18446744073709551616]", "2^53"},
        Refused{"j2_leading_zero", "[01]", "no JSON value"},
        Refused{"j2_leading_zeros", "[-01]", "no JSON value"}, Refused{"j2_plus", "[+1]", "no JSON value"},
        Refused{"j2_dot_first", "[.5]", "no JSON value"}, Refused{"j2_dot_last", "[1.]", "no JSON value"},
        Refused{"j2_hex", "[0x10]", "no JSON value"}, Refused{"j2_bare_minus", "[-]", "no JSON value"},
        Refused{"j2_no_power", "[1e]", "no JSON value"},
        Refused{"j3_depth_65", nested(65), "deeper than 64 at byte 64"},
        Refused{"j3_depth_million", nested(1'000'000), "deeper than 64"},
        Refused{"j3_depth_million_open", std::string(1'000'000, '['), ""},
        Refused{"j4_raw_ff", "[\"\xFF\"]", "invalid UTF-8"},
        Refused{"j4_overlong", "[\"\xC0\x80\"]", "invalid UTF-8"},
        Refused{"j4_overlong_slash", "[\"\xE0\x80\xAF\"]", "invalid UTF-8"},
        Refused{"j4_utf8_surrogate", "[\"\xED\xA0\x80\"]", "invalid UTF-8"},
        Refused{"j4_truncated_utf8", "[\"\xE2\x82\"]", "invalid UTF-8"},
        Refused{"j4_beyond_10ffff", "[\"\xF4\x90\x80\x80\"]", "invalid UTF-8"},
        Refused{"j4_bad_utf8_outside", "[1]\xFF", "invalid UTF-8"},
        Refused{"j4_lone_high", R"(["\ud800"])", "escape"}, Refused{"j4_lone_low", R"(["\udc00"])", "escape"},
        Refused{"j4_high_text", R"(["\ud800x"])", "escape"},
        Refused{"j4_high_high", R"(["\ud800\ud800"])", "escape"},
        Refused{"j4_high_letter", R"(["\ud800\u0041"])", "escape"},
        Refused{"j4_lone_in_name", R"({"\udfff":1})", "escape"},
        Refused{"j4_bom", "\xEF\xBB\xBF{}", "byte order"},
        Refused{"j4_raw_newline", "[\"a\nb\"]", "control character"},
        Refused{"j4_raw_nul", "[\"a\0b\"]"s, "control character"},
        Refused{"j4_raw_1f", "[\"\x1F\"]", "control character"}, Refused{"j4_nul_outside", "[1\0]"s, ""},
        Refused{"j4_nul_after", "[1]\0"s, ""}, Refused{"j6_trailing", R"({"a":1}x)", ""},
        Refused{"j6_trailing_brace", "{}}", "after the end"},
        Refused{"j6_two", R"({"a":1} {"a":1})", "after the end"},
        Refused{"j6_two_arrays", "[][]", "after the end"}, Refused{"j6_two_numbers", "1 2", ""},
        Refused{"j6_two_strings", R"("a" "b")", ""}, Refused{"j6_comma_after", "[],", ""},
        Refused{"j6_empty", "", "empty"}, Refused{"j6_blank", " \n\t ", "empty"},
        Refused{"cut_object", R"({"a":1)", ""}, Refused{"cut_array", "[1,", ""},
        Refused{"cut_string", "[\"a", ""}, Refused{"cut_literal", "[tru]", "no JSON value"},
        Refused{"cut_nested", R"({"a":[)", ""}, Refused{"mixed_brackets", "[1,2}", ""},
        Refused{"mixed_brackets_object", R"({"a":1])", ""}, Refused{"trailing_comma_array", "[1,]", ""},
        Refused{"trailing_comma_object", R"({"a":1,})", ""}, Refused{"leading_comma", "[,1]", ""},
        Refused{"no_comma", "[1 2]", ""}, Refused{"no_comma_object", R"({"a":1 "b":2})", ""},
        Refused{"no_colon", R"({"a" 1})", ""}, Refused{"two_colons", R"({"a"::1})", ""},
        Refused{"no_value", R"({"a":})", ""}, Refused{"name_in_array", R"(["a":1])", ""},
        Refused{"name_in_inner_array", R"([["a":1],2])", ""},
        Refused{"name_in_array_of_object", R"({"x":["a":[1]],"y":2})", ""}, Refused{"bare_name", "{a:1}", ""},
        Refused{"number_name", "{1:1}", ""}, Refused{"single_quotes", "['a']", ""},
        Refused{"comment", "[1/**/]", ""}, Refused{"upper_true", "[TRUE]", "no JSON value"},
        Refused{"glued_literals", "[truefalse]", "no JSON value"}, Refused{"glued_string", R"(["a"b])", ""},
        Refused{"glued_strings", R"(["a""b"])", ""}, Refused{"bad_escape", R"(["\x41"])", "escape"},
        Refused{"bad_hex", R"(["\u00g0"])", "escape"}, Refused{"short_hex", R"(["\u004"])", "escape"},
        Refused{"escape_at_end", "[\"\\", ""},
        Refused{"garbage_not_walked", R"({"a":1,"b":nul})", "no JSON value"},
        Refused{"vertical_tab", "[1,\v2]", ""},
        Refused{"no_break_space",
                "[1,\xC2\xA0"
                "2]",
                ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Reader, AcceptsWhatLiesJustInside) {
  EXPECT_TRUE(parse(nested(64)));
  EXPECT_EQ(parse("9007199254740991")->root().as_int(), limits::kMaxInteger);
  EXPECT_EQ(parse("-9007199254740991")->root().as_int(), -limits::kMaxInteger);
  EXPECT_EQ(parse("0")->root().as_int(), 0);
  EXPECT_EQ(parse(R"(["\u0000"])")->root().items()[0].as_string(), "\0"s);
  EXPECT_EQ(parse(R"(["\b\f\/"])")->root().items()[0].as_string(), "\b\f/");
  EXPECT_EQ(parse("[\"\x7F\"]")->root().items()[0].as_string(), "\x7F");
}

TEST(Reader, J5KeepsComposedAndDecomposedNamesApart) {
  const auto document = parse("{\"e\xCC\x81\":1,\"\xC3\xA9\":2}");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().find("e\xCC\x81")->as_int(), 1);
  EXPECT_EQ(document->root().find("\xC3\xA9")->as_int(), 2);
}

TEST(Reader, BoundsBytesAndNodes) {
  EXPECT_TRUE(parse("[1,2]", {.bytes = 5}));
  const auto long_text = parse("[1,2] ", {.bytes = 5});
  ASSERT_FALSE(long_text);
  EXPECT_EQ(long_text.error().code(), ErrorCode::limit_exceeded);
  EXPECT_TRUE(parse("[1,[2]]", {.nodes = 4}));
  const auto many = parse("[1,[2]]", {.nodes = 3});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(parse("[[1]]", {.depth = 1}).error().code(), ErrorCode::bad_format);
}

TEST(Reader, IntegralFloatsAreNumbersNotIntegers) {
  const ReadLimits notary{.integral_floats = true};
  const auto document = parse("[1.0,-7.00,3]", notary);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().items()[0].kind(), Kind::number);
  EXPECT_EQ(document->root().items()[0].as_int(), 0);
  EXPECT_EQ(document->root().items()[0].as_number_text(), "1.0");
  EXPECT_EQ(document->root().items()[2].kind(), Kind::integer);
  for (const char* text :
       {"[1.5]", "[1e2]", "[1.0e0]", "[-0.0]", "[-0]", "[9007199254740993]", "[9007199254740992.0]"}) {
    EXPECT_FALSE(parse(text, notary)) << text;
  }
}

TEST(Reader, RealNumbersAreTheirText) {
  const auto document = parse("[1.5,-0,1e400,18446744073709551616,7]", {.real_numbers = true});
  ASSERT_TRUE(document);
  const auto items = document->root().items();
  EXPECT_EQ(items[0].as_number_text(), "1.5");
  EXPECT_EQ(items[1].as_number_text(), "-0");
  EXPECT_EQ(items[2].as_number_text(), "1e400");
  EXPECT_EQ(items[3].kind(), Kind::number);
  EXPECT_EQ(items[4].as_int(), 7);
  EXPECT_FALSE(parse("[01.5]", {.real_numbers = true}));
}

TEST(Reader, ErrorsShowNamesEscaped) {
  const auto document = parse("{\"\\u001b[2J\":1,\"\\u001b[2J\":2}");
  ASSERT_FALSE(document);
  EXPECT_THAT(document.error().what(), HasSubstr("\\x1b[2J"));
}

}  // namespace
}  // namespace boltseal::json
