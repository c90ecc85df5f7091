#include "json/writer.h"

#include <gtest/gtest.h>

#include "json/reader.h"

namespace boltseal::json {
namespace {

void sample(Writer& w) {
  w.begin_object().member("name", "a<b>").member("size", 3).member("ok", true);
  w.name("list").begin_array().string("x").integer(-1).null().end_array();
  w.name("none").begin_array().end_array();
  w.name("empty").begin_object().end_object().end_object();
}

TEST(Writer, Compact) {
  Writer w;
  sample(w);
  EXPECT_EQ(w.take(), R"({"name":"a<b>","size":3,"ok":true,"list":["x",-1,null],"none":[],"empty":{}})");
  w.string("again");
  EXPECT_EQ(w.take(), "\"again\"");
}

TEST(Writer, Indented) {
  Writer w({.indent = "  "});
  sample(w);
  EXPECT_EQ(w.take(), R"({
  "name": "a<b>",
  "size": 3,
  "ok": true,
  "list": [
    "x",
    -1,
    null
  ],
  "none": [],
  "empty": {}
}
)");
}

TEST(Writer, EscapesLikeGo) {
  Writer w({.html_escape = true, .display_safe = false});
  w.string("<a>&\"\\/\n\r\t\b\f\x01\x7F\xC2\x85\xE2\x80\xA8\xE2\x80\xAE\xFF");
  EXPECT_EQ(w.take(),
            "\"\\u003ca\\u003e\\u0026\\\"\\\\/\\n\\r\\t\\u0008\\u000c\\u0001\x7F\xC2\x85\\u2028"
            "\xE2\x80\xAE\\ufffd\"");
}

TEST(Writer, Security26EscapesWhatHidesOrMovesText) {
  Writer w;
  w.string(
      "\x1b[2J\x7F\xC2\x9B\xE2\x80\xAE\xE2\x80\x8B\xEF\xBB\xBF\xF3\xA0\x81\x81\xC3\xA9\xF0\x9F\x98\x80\xC0");
  EXPECT_EQ(w.take(),
            "\"\\u001b[2J\\u007f\\u009b\\u202e\\u200b\\ufeff\\udb40\\udc41\xC3\xA9\xF0\x9F\x98\x80\\ufffd\"");
}

TEST(Writer, NamesAreEscapedToo) {
  Writer w;
  w.begin_object().member("\n\"", 1).end_object();
  EXPECT_EQ(w.take(), "{\"\\n\\\"\":1}");
}

TEST(Writer, WritesValuesThatWereRead) {
  const auto document =
      Document::parse(R"({ "b" : [1.50, null, true], "a": {"x":"\u003c"} })", {.real_numbers = true});
  ASSERT_TRUE(document);
  Writer w;
  w.begin_array().value(document->root()).raw("{\"r\":1}").end_array();
  EXPECT_EQ(w.take(), R"([{"b":[1.50,null,true],"a":{"x":"<"}},{"r":1}])");
}

TEST(Writer, ReaderReadsWhatItWrites) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\xE2\x80\xA8\xF3\xA0\x81\x81\xC3\xA9";
  Writer w;
  w.string(all);
  const auto document = Document::parse(w.take(), {});
  ASSERT_TRUE(document) << document.error().what();
  EXPECT_EQ(document->root().as_string(), all);
}

}  // namespace
}  // namespace boltseal::json
