#include "http/server/response.h"

#include <gtest/gtest.h>

#include "http/server/conditional.h"

namespace boltseal::http {
namespace {

TEST(HeaderList, TakesPrintableAscii) {
  HeaderList list{{"Content-Type", "text/plain; charset=utf-8"}, {"X-Empty", ""}};
  EXPECT_TRUE(list.ok());
  EXPECT_EQ(list.find("content-type"), "text/plain; charset=utf-8");
}

TEST(Security25, HeaderBuilderRefusesWhatCouldBreakTheFraming) {
  const std::pair<const char*, const char*> bad[] = {{"X", "a\r\nSet-Cookie: b"},
                                                     {"X", "a\nb"},
                                                     {"X", "a\tb"},
                                                     {"X", "\x7f"},
                                                     {"X", "\xc3\xa4"},
                                                     {"X\r\nY", "a"},
                                                     {"X Y", "a"},
                                                     {"", "a"},
                                                     {"X:", "a"},
                                                     {"Content-Length", "1"},
                                                     {"transfer-encoding", "x"},
                                                     {"Date", "x"},
                                                     {"Server", "x"},
                                                     {"Connection", "close"},
                                                     {"Upgrade", "h2c"}};
  for (const auto& [name, value] : bad) {
    HeaderList list;
    list.add(name, value);
    EXPECT_FALSE(list.ok()) << name;
    list.add("X-Good", "y");
    EXPECT_FALSE(list.ok()) << "a later good field must not heal it";
    EXPECT_FALSE(response_head(200, list, 0));
    EXPECT_FALSE(ReadyResponse::make(200, list, ""));
  }
}

TEST(ReadyResponse, IsBuiltOnce) {
  const auto ready = ReadyResponse::make(200, {{"Cache-Control", "public"}, {"Content-Type", "text/plain"}},
                                         "body", "\"e\"");
  ASSERT_TRUE(ready);
  EXPECT_EQ((*ready)->head(),
            "HTTP/1.1 200 OK\r\nCache-Control: public\r\nContent-Type: text/plain\r\nETag: "
            "\"e\"\r\nContent-Length: 4\r\n");
  EXPECT_EQ((*ready)->not_modified_head(),
            "HTTP/1.1 304 Not Modified\r\nCache-Control: public\r\nETag: \"e\"\r\n");
  EXPECT_EQ((*ready)->h2_fields().back(), HeaderList::Field("content-length", "4"));
  EXPECT_EQ((*ready)->h2_fields().front(), HeaderList::Field("cache-control", "public"));
}

TEST(ResponseHead, LengthOnlyWhereItMayBe) {
  EXPECT_EQ(response_head(204, {}, 0).value(), "HTTP/1.1 204 No Content\r\n");
  EXPECT_EQ(response_head(404, {}, 7).value(), "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n");
  EXPECT_FALSE(response_head(99, {}, 0));
}

TEST(DateLine, IsAnHttpDate) {
  const std::string_view line = date_line();
  EXPECT_TRUE(line.starts_with("Date: "));
  EXPECT_TRUE(line.ends_with(" GMT\r\n"));
  EXPECT_EQ(line.size(), 37u);
}

TEST(Conditional, ComparesEntityTags) {
  const char* etag = "\"abc\"";
  for (const char* hit : {"*", "\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", " \"x\" ,\t\"abc\" "}) {
    EXPECT_TRUE(etag_matches(hit, etag)) << hit;
  }
  for (const char* miss :
       {"", "abc", "\"abcd\"", "\"abc", "\"x\" \"abc\"", "\"abc\", x", "**", "\"x\",, \"abc\""}) {
    EXPECT_FALSE(etag_matches(miss, etag)) << miss;
  }
  EXPECT_FALSE(etag_matches("*", ""));
}

TEST(Conditional, OnlyForGetAndHead) {
  const HeaderField fields[] = {{"if-none-match", "\"x\""}, {"If-None-Match", "\"abc\""}};
  for (const auto& [method, hit] : {std::pair("GET", true), {"HEAD", true}, {"POST", false}}) {
    EXPECT_EQ(is_not_modified(make_request(method, "/", {}, fields)->head(), "\"abc\""), hit) << method;
  }
}

TEST(Request, OwnsItsText) {
  std::string target = "/a%20b?q";
  auto request = make_request("POST", target, "body");
  target.assign(target.size(), 'z');
  EXPECT_EQ(request->head().path, "/a b");
  EXPECT_EQ(request->head().query, "q");
  EXPECT_EQ(request->take_body(), "body");
  EXPECT_EQ(request_id_text(0x1f), "000000000000001f");
}

}  // namespace
}  // namespace boltseal::http
