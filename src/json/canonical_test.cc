#include "json/canonical.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "json/reader.h"

namespace boltseal::json {
namespace {

using std::string_literals::operator""s;

std::string canon(std::string text, Dialect dialect = Dialect::olpc, ReadLimits limits = {}) {
  const auto document = Document::parse(std::move(text), limits);
  if (!document) return "refused: " + document.error().what();
  const auto out = canonical(document->root(), dialect);
  return out ? *out : "refused: " + out.error().what();
}

TEST(Canonical, ReferenceVector) {
  const std::string out = canon(R"({"b":[true,null,-5],"a":"x\"\\\n"})");
  EXPECT_EQ(hex_encode(as_bytes(out)), "7b2261223a22785c225c5c0a222c2262223a5b747275652c6e756c6c2c2d355d7d");
}

TEST(Canonical, EscapesOnlyQuoteAndBackslash) {
  EXPECT_EQ(canon(R"(["\u0001\n\t\"\\\/"])"), "[\"\x01\n\t\\\"\\\\/\"]");
  EXPECT_EQ(canon(R"(["<>&\u2028\u2029\u00e9\u0000"])"), "[\"<>&\xE2\x80\xA8\xE2\x80\xA9\xC3\xA9\0\"]"s);
  EXPECT_EQ(canon(R"({"\"\n":1})"), "{\"\\\"\n\":1}");
}

TEST(Canonical, SortsByBytesNotByUtf16) {
  // U+FB33 is before U+1F600 in code points and after it in UTF-16.
  EXPECT_EQ(canon("{\"\xF0\x9F\x98\x80\":1,\"\xEF\xAC\xB3\":2,\"\xC2\x80\":3,\"1\":4,\"\\r\":5}"),
            "{\"\r\":5,\"1\":4,\"\xC2\x80\":3,\"\xEF\xAC\xB3\":2,\"\xF0\x9F\x98\x80\":1}");
  EXPECT_EQ(canon(R"({"ab":1,"a":2,"B":3,"":4})"), R"({"":4,"B":3,"a":2,"ab":1})");
  EXPECT_EQ(canon(R"([{"b":{"d":1,"c":2},"a":[{"y":1,"x":2}]}])"),
            R"([{"a":[{"x":2,"y":1}],"b":{"c":2,"d":1}}])");
}

TEST(Canonical, KeepsComposedAndDecomposedApart) {
  EXPECT_EQ(canon("[\"e\xCC\x81\",\"\xC3\xA9\"]"), "[\"e\xCC\x81\",\"\xC3\xA9\"]");
}

TEST(Canonical, DropsWhiteSpace) {
  EXPECT_EQ(canon(" { \"a\" : [ 1 , 2 ] , \"b\" : { } } "), R"({"a":[1,2],"b":{}})");
}

TEST(Canonical, NumbersByDialect) {
  const ReadLimits notary{.integral_floats = true};
  EXPECT_EQ(canon("[1.0,-7.00,10,0.0]", Dialect::notary, notary), "[1,-7,10,0]");
  EXPECT_EQ(canon("[1.0]", Dialect::olpc, notary),
            "refused: JSON: a number that is no integer has no canonical form");
  for (const char* text : {"[1.5]", "[1e2]", "[-0]", "[9007199254740993]"}) {
    EXPECT_EQ(canon(text, Dialect::notary, {.real_numbers = true}),
              "refused: JSON: a number that is no integer has no canonical form")
        << text;
  }
}

class Collect final : public Sink {
 public:
  void write(std::string_view bytes) override {
    out.append(bytes);
    ++calls;
  }
  std::string out;
  int calls = 0;
};

TEST(Canonical, StreamsTheSameBytes) {
  std::string text = "{ \"z\":[";
  for (int i = 0; i < 20'000; ++i) text += "{\"n\":" + std::to_string(i) + ",\"m\":\"\\u0041\"},";
  text += "0], \"a\":\"" + std::string(50'000, 'x') + "\" }";
  const auto document = Document::parse(text, {});
  ASSERT_TRUE(document);
  Collect sink;
  ASSERT_TRUE(canonical(document->root(), Dialect::olpc, sink));
  EXPECT_EQ(sink.out, *canonical(document->root(), Dialect::olpc));
  EXPECT_GT(sink.calls, 10);
  EXPECT_LT(sink.calls, 100);
}

TEST(Canonical, StreamsErrorsToo) {
  const auto document = Document::parse("[1.5]", {.real_numbers = true});
  Collect sink;
  EXPECT_EQ(canonical(document->root(), Dialect::olpc, sink).error().code(), ErrorCode::bad_format);
}

TEST(GoWire, EscapesWhatGoEscapes) {
  EXPECT_EQ(go_wire("{\"a<b>&c\":\"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\\\"\\\\\"}"),
            R"({"a\u003cb\u003e\u0026c":"\u2028\u2029)"
            "\xE2\x80\xAA"
            R"(\"\\"})");
}

TEST(GoWire, GivesJsonWithTheSameCanonicalForm) {
  const std::string text = canon(R"({"k":"\n\u0000\u001f<\u2028>","a":["&"]})");
  EXPECT_EQ(canon(go_wire(text)), text);
}

}  // namespace
}  // namespace boltseal::json
